// test_site.mjs — plumb.js as plumb serve hands it out, on a site of another origin, and what becomes of the visit.
// SPDX-License-Identifier: Apache-2.0
import { newVisitor, PERSON, startBrowser } from './browser.mjs';
import { startPlumb } from './program.mjs';
import { startRecorder } from './recorder.mjs';
import { equal, ok, run, same, test } from './tap.mjs';

const definition = `
score: lead
groups:
  - name: Web
    category: engagement
    rules:
      - {name: Prices, event: page_viewed, where: {property: path, is: /pricing}, points: 1, count: once}
      - {name: Demo, event: form_submitted, where: {property: form, is: demo}, points: 2}
      - {name: Partner, event: link_clicked, where: {property: host, contains: partner}, points: 4}
      - {name: Views, event: page_viewed, points: 8}
`;

const served = (sentence, userAgent, story) => test(sentence, async () => {
  const plumb = await startPlumb({ definitions: { lead: definition } });
  const site = await startRecorder();
  const browser = await startBrowser(userAgent);
  try {
    const html = (title, body) => `<!doctype html><title>${title}</title>
      <script async src="${plumb.url}/plumb.js" data-key="${plumb.key}" data-identify="forms"></script>${body}`;
    site.page('/', html('Home', `<a id="out" href="${site.url('/there', 'partner.localhost')}">Our partner</a>
      <form name="demo" action="/thanks" method="get"><input type="email" name="email"><button>Go</button></form>`));
    site.page('/there', '<!doctype html><title>Elsewhere</title>');
    site.page('/thanks', html('Thanks', ''));
    const page = await (await newVisitor(browser)).newPage();
    const complaints = [];
    page.on('pageerror', (failure) => complaints.push(String(failure)));
    page.on('console', (message) => { if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) complaints.push(message.text()); });
    await page.goto(site.url('/'));
    await page.waitForFunction(() => window.plumb && window.plumb.track);
    await story({ plumb, site, page });
    same(complaints, []);
    same(site.requests, [], 'nothing is sent to the site itself');
  } finally {
    await browser.close();
    await site.close();
    await plumb.stop();
  }
});

const visitorOf = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('plumb_id')).anonymousId);
const names = (events) => events.map(({ name, properties }) => `${name} ${properties.path}`);

served('a visit to a site of another origin is one person from the first page to the form, each thing told once', PERSON, async ({ plumb, site, page }) => {
  await page.evaluate(() => history.pushState({}, '', '/pricing'));
  const visitor = await visitorOf(page);
  await plumb.until(async () => (await plumb.events(`anonymousId:${visitor}`)).length === 2, 'two pages');
  same((await plumb.get('/api/v1/contacts')).results, [], 'nobody has a name yet');

  await page.click('#out');
  await page.waitForURL(site.url('/there', 'partner.localhost'));
  await page.goto(site.url('/'));
  await page.waitForFunction(() => window.plumb && window.plumb.track);
  await page.fill('input[type=email]', 'Ada@Acme.example');
  await page.click('button');
  await page.waitForURL(/thanks/);

  const ref = 'email:ada%40acme.example';
  const events = await plumb.until(async () => { const all = await plumb.events(ref); return all.length === 6 && all; }, 'six events of one person');
  same(names(events).sort(), ['form_submitted /', 'link_clicked /pricing', 'page_viewed /', 'page_viewed /', 'page_viewed /pricing', 'page_viewed /thanks']);
  same(events.filter(({ bot }) => bot), []);
  const { id, identifiers } = await plumb.get(`/api/v1/contacts/${ref}`);
  ok(identifiers.some(({ kind, value }) => kind === 'anonymousId' && value === visitor));
  same((await plumb.get('/api/v1/contacts')).results.map((contact) => contact.id), [id]);
  same(await plumb.reasons(ref, 'lead'), { Prices: 1, Demo: 2, Partner: 4, Views: 32 });
});

served('a browser that says it is a program is kept, marked with the reason, and not counted', undefined, async ({ plumb, page }) => {
  const visitor = await visitorOf(page);
  await page.evaluate(() => plumb.identify('robot', { email: 'robot@acme.example' }));
  const [seen] = await plumb.until(async () => { const all = await plumb.events('userId:robot'); return all.length === 1 && all; }, 'the visit');
  equal(seen.bot, true);
  ok(seen.context.bot.length > 0);
  equal((await plumb.get(`/api/v1/contacts/anonymousId:${visitor}`)).id, (await plumb.get('/api/v1/contacts/userId:robot')).id);
  equal((await plumb.get('/api/v1/contacts/userId:robot/scores/lead')).value, 0);
});

await run();
