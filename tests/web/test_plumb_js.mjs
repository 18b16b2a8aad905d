// test_plumb_js.mjs — what plumb.js tells of a visit, in a real browser: and what it does not.
// SPDX-License-Identifier: Apache-2.0
import { newVisitor, startBrowser } from './browser.mjs';
import { until } from './program.mjs';
import { startRecorder } from './recorder.mjs';
import { equal, match, ok, run, same, test } from './tap.mjs';

const browser = await startBrowser();
const types = (calls) => calls.map((call) => (call.type === 'track' ? call.event : call.type));

// A site of its own for each test: its pages, a browser without a past, and what arrives.
const visit = (sentence, { body = '', attributes = '', before = '', init, path = '/' }, story) => test(sentence, async () => {
  const recorder = await startRecorder(process.env.PLUMB_JS);
  const html = (title, more = body) => `<!doctype html><title>${title}</title><script>${before}</script>
    <script async src="${recorder.url('/plumb.js')}" data-key="k1" ${attributes}></script>${more}`;
  const context = await newVisitor(browser);
  try {
    if (init) await context.addInitScript(init);
    recorder.page('/', html('Home'));
    recorder.page('/two', html('Two', ''));
    recorder.page('/thanks', '<!doctype html><title>Thanks</title>');
    recorder.page('/file.pdf', 'a file', 'application/octet-stream');
    const page = await context.newPage();
    const thrown = [];
    page.on('pageerror', (failure) => thrown.push(String(failure)));
    await page.goto(recorder.url(path));
    await page.waitForFunction(() => window.plumb && window.plumb.track);
    await story({ recorder, page, context, html });
    same(thrown, []);
  } finally {
    await context.close();
    await recorder.close();
  }
});

// The page's own clock runs ahead, so that whatever waits would have been sent.
const nothingIsSent = async (page, recorder, act) => {
  const asked = [];
  page.on('request', (request) => { if (request.method() === 'POST') asked.push(request.url()); });
  await page.clock.install();
  await act();
  await page.clock.runFor(60000);
  same(asked, []);
  same(recorder.requests, []);
};
const traces = (page) => page.evaluate(() => ({ cookie: document.cookie, storage: Object.keys(localStorage) }));

visit('a page view says where, from where, and by which campaign', { path: '/?utm_campaign=Spring&utm_source=mail&q=1' }, async ({ recorder }) => {
  const [call] = await recorder.calls(1);
  const { body, path, headers } = recorder.requests[0];
  equal(path, '/v1/b');
  equal(body.writeKey, 'k1');
  match(headers['content-type'], /^text\/plain/);
  ok(Math.abs(Date.parse(body.sentAt) - Date.parse(call.originalTimestamp)) < 10000);
  equal(call.type, 'page');
  match(call.messageId, /^[0-9a-f-]{32,36}$/);
  match(call.anonymousId, /^[0-9a-f-]{32,36}$/);
  same(call.context, {
    page: { url: recorder.url('/?utm_campaign=Spring&utm_source=mail&q=1'), path: '/', title: 'Home', referrer: '', search: '?utm_campaign=Spring&utm_source=mail&q=1' },
    campaign: { name: 'Spring', source: 'mail' },
  });
});

visit('calls made before the script was there are not lost', {
  before: 'window.plumb = window.plumb || []; plumb.push(["track", "Early", { a: 1 }]); plumb.push(["identify", "u1", { plan: "pro" }]);',
}, async ({ recorder }) => {
  const calls = await recorder.calls(3);
  same(types(calls), ['page', 'Early', 'identify']);
  same(calls[1].properties, { a: 1 });
  same(calls[2].traits, { plan: 'pro' });
  equal(calls[2].userId, 'u1');
});

visit('calls made close together arrive as one batch, each with an id of its own', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { for (let i = 0; i < 10; i++) plumb.track('e' + i); });
  const calls = await recorder.calls(11);
  equal(recorder.requests.length, 2);
  equal(new Set(calls.map((call) => call.messageId)).size, 11);
  equal(new Set(calls.map((call) => call.anonymousId)).size, 1);
});

visit('pages of an application that loads no page are page views', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { history.pushState(null, '', '/a?x=1'); document.title = 'A'; });
  await recorder.calls(2);
  await page.evaluate(() => { history.replaceState(null, '', '/a?x=1'); history.replaceState(null, '', '/b'); });
  await recorder.calls(3);
  await page.evaluate(() => { location.hash = 'chapter'; });
  await page.evaluate(() => { location.hash = '#/route'; });
  await recorder.calls(4);
  await page.evaluate(() => history.go(-2));
  const calls = (await recorder.calls(5)).map(({ context: { page: { url, title, referrer } } }) => [new URL(url).pathname + new URL(url).hash, title, referrer && new URL(referrer).pathname]);
  same(calls, [['/', 'Home', ''], ['/a', 'A', '/'], ['/b', 'A', '/a'], ['/b#/route', 'A', '/b'], ['/b', 'A', '/b']]);
});

visit('somebody is recognised on the next page, by name once named', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { plumb.identify('u1', { email: 'ann@x.example' }); plumb.group('acme', { name: 'Acme' }); });
  await recorder.calls(3);
  await page.evaluate(() => setTimeout(() => { location.href = '/two'; }));
  const calls = await recorder.calls(4);
  same(types(calls), ['page', 'identify', 'group', 'page']);
  equal(new Set(calls.map((call) => call.anonymousId)).size, 1);
  equal(calls[3].userId, 'u1');
  equal(calls[3].context.groupId, 'acme');
  equal(calls[2].groupId, 'acme');
  equal(calls[3].context.page.referrer, recorder.url('/'));
});

visit('the cookie is the whole site\'s, lasts a year, and is enough by itself', {}, async ({ recorder, page, context }) => {
  const [first] = await recorder.calls(1);
  const [cookie] = await context.cookies();
  equal(cookie.name, 'plumb_id');
  equal(cookie.value, first.anonymousId);
  equal(cookie.domain, '.site.localhost');
  equal(cookie.sameSite, 'Lax');
  ok(cookie.expires > Date.now() / 1000 + 364 * 86400 && cookie.expires < Date.now() / 1000 + 366 * 86400);
  await page.goto(recorder.url('/two', 'app.site.localhost'));
  equal((await recorder.calls(2))[1].anonymousId, first.anonymousId);
});

visit('the storage is enough by itself', {}, async ({ recorder, page, context }) => {
  const [first] = await recorder.calls(1);
  await context.clearCookies();
  await page.goto(recorder.url('/two'));
  equal((await recorder.calls(2))[1].anonymousId, first.anonymousId);
  equal((await context.cookies()).length, 1);
});

visit('two people at one browser are not one', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { plumb.identify('u1'); plumb.identify('u2'); plumb.track('by u2'); plumb.reset(); plumb.track('by nobody'); });
  const [visited, u1, u2, track, after] = await recorder.calls(5);
  equal(u1.anonymousId, visited.anonymousId);
  ok(u2.anonymousId !== u1.anonymousId);
  equal(track.anonymousId, u2.anonymousId);
  equal(track.userId, 'u2');
  ok(after.anonymousId !== u2.anonymousId && after.userId === undefined);
});

visit('two addresses at one browser are two people, and one address in other letters is one', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { plumb.identify({ email: 'ann@x.example' }); plumb.identify({ email: 'Ann@x.example', plan: 'pro' }); plumb.identify({ email: 'ben@x.example' }); });
  const [visited, ann, again, ben] = await recorder.calls(4);
  equal(ann.anonymousId, visited.anonymousId);
  equal(again.anonymousId, visited.anonymousId);
  ok(ben.anonymousId !== visited.anonymousId);
  await page.evaluate(() => { plumb.identify('u1', { email: 'ben@x.example' }); plumb.identify({ email: 'ben@work.example' }); });
  const [, , , , u1, work] = await recorder.calls(6);
  equal(u1.anonymousId, ben.anonymousId);
  ok(work.anonymousId !== u1.anonymousId && work.userId === undefined);
});

visit('a page that has no id to give names nobody by it', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => { plumb.identify(undefined, { plan: 'pro' }); plumb.identify(null); plumb.identify('', { plan: 'pro' }); plumb.identify(0); });
  const [visited, ...calls] = await recorder.calls(5);
  for (const call of calls) ok(call.userId === undefined && call.anonymousId === visited.anonymousId);
  same(calls[0].traits, { plan: 'pro' });
  same(calls[2].traits, { plan: 'pro' });
});

const form = (attributes, more = '') => `<form ${attributes} action="/thanks?token=secret" method="get"><input name="mail" type="email"><input name="pw" type="password">
  <input type="hidden" name="h" value="hidden@x.example"><input type="email" name="trap" style="display:none" value="trap@x.example">${more}<button>Send</button></form>`;
const submit = async (page) => {
  await page.fill('input[name=mail]', ' ann@x.example ');
  await page.fill('input[name=pw]', 'hunter2');
  await page.click('button');
  await page.waitForURL('**/thanks**');
};

visit('a submitted form is told by its name, and nothing of what was typed', { body: form('name="demo" id="f1" data-plumb-plan="pro"') }, async ({ recorder, page }) => {
  await submit(page);
  const calls = await recorder.calls(2);
  same(types(calls), ['page', 'form_submitted']);
  same(calls[1].properties, { form: 'demo', id: 'f1', action: '/thanks', path: '/', plan: 'pro' });
  ok(!/hunter2|ann@|hidden@|trap@|secret/.test(JSON.stringify(recorder.requests)));
});

visit('a form says who somebody is where its site asks for that', { body: form('id="f1" data-plumb-identify') }, async ({ recorder, page }) => {
  await submit(page);
  const calls = await recorder.calls(3);
  same(types(calls), ['page', 'form_submitted', 'identify']);
  same(calls[1].properties, { form: 'f1', id: 'f1', action: '/thanks', path: '/' });
  same(calls[2].traits, { email: 'ann@x.example' });
  ok(!/hunter2|hidden@|trap@|secret/.test(JSON.stringify(recorder.requests)));
});

visit('all forms of a site may say who somebody is', { body: form(''), attributes: 'data-identify="forms"' }, async ({ recorder, page }) => {
  await submit(page);
  same(types(await recorder.calls(3)), ['page', 'form_submitted', 'identify']);
});

visit('a form whose fields are called like its own parts is told by its own', { body: '<form name="demo" action="/thanks"><input name="id"><input name="name"><input name="action"><button>Send</button></form>' }, async ({ recorder, page }) => {
  await page.click('button');
  await page.waitForURL('**/thanks**');
  const [, call] = await recorder.calls(2);
  same(call.properties, { form: 'demo', action: '/thanks', path: '/' });
});

visit('a form that cannot be read harms nobody', { body: '<form action="/thanks"><input name="getAttribute"><input name="elements"><button>Send</button></form>' }, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => setTimeout(() => document.querySelector('button').click())); /* the page goes: not within the call */
  await page.waitForURL('**/thanks**');
  same(types(await recorder.calls(1)), ['page']);
});

visit('clicks on what is marked, on files and on links to elsewhere are events', {
  body: '<button data-plumb="Pricing Opened" data-plumb-plan="pro"><b>Prices</b></button> <a id="file" href="/file.pdf" target="_blank">F</a> <a id="own" href="#x">O</a>',
}, async ({ recorder, page }) => {
  const elsewhere = recorder.url('/thanks', 'other.localhost');
  await page.evaluate((href) => { document.body.insertAdjacentHTML('beforeend', `<a id="out" href="${href}">Out</a>`); }, elsewhere);
  await page.click('b');
  await page.click('#own');
  await page.click('b', { button: 'right' });
  await page.click('#file');
  await page.click('#out');
  await page.waitForURL(elsewhere);
  const calls = await recorder.calls(4);
  same(types(calls), ['page', 'Pricing Opened', 'document_downloaded', 'link_clicked']);
  same(calls[1].properties, { path: '/', plan: 'pro' });
  same(calls[2].properties, { document: 'file.pdf', url: recorder.url('/file.pdf'), path: '/' });
  same(calls[3].properties, { host: new URL(elsewhere).host, url: elsewhere, path: '/' });
});

visit('what happened last is sent when the page is left', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => setTimeout(() => { plumb.track('Last'); location.href = '/thanks'; }));
  await page.waitForURL('**/thanks');
  const calls = await recorder.calls(2);
  same(types(calls), ['page', 'Last']);
  match(recorder.requests[1].headers['content-type'], /^text\/plain/);
});

visit('a server that is busy is asked again, later and later, with the same ids', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.clock.install();
  recorder.answer(503, 429);
  const asked = [];
  page.on('request', (request) => { if (request.method() === 'POST') asked.push(request.postDataJSON()); });
  await page.evaluate(() => plumb.track('Once'));
  await until(async () => { await page.clock.runFor(100); return recorder.requests.length === 2; }, 'the call is taken');
  same(types(await recorder.calls(2)), ['page', 'Once']);
  const [first, second, third] = asked.map(({ sentAt }) => Date.parse(sentAt));
  ok(second - first >= 2000 && third - second >= 4000, String([first, second, third]));
  equal(asked.length, 3);
  equal(new Set(asked.map(({ batch }) => batch[0].messageId)).size, 1);
});

visit('a server that refuses is not asked again', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  recorder.answer(400);
  const refused = page.waitForResponse((response) => response.status() === 400);
  await page.evaluate(() => plumb.track('Refused'));
  await refused;
  await page.evaluate(() => plumb.track('Taken'));
  same(types(await recorder.calls(2)), ['page', 'Taken']);
});

visit('what cannot be told is left out and harms nobody', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => {
    const circle = {};
    circle.circle = circle;
    plumb.track('Circle', circle);
    plumb.track('Huge', { text: 'x'.repeat(50000) });
    plumb.push(['nonsense'], null, ['track', 'Fine']);
  });
  same(types(await recorder.calls(2)), ['page', 'Fine']);
});

visit('a site may do without everything that happens by itself', { attributes: 'data-auto="off"', body: '<button data-plumb="Click">C</button>' }, async ({ recorder, page }) => {
  await page.click('button');
  await page.evaluate(() => { history.pushState(null, '', '/a'); plumb.page('By hand', { kind: 'x' }); });
  const calls = await recorder.calls(1);
  same(calls.map(({ type, name, properties }) => ({ type, name, properties })), [{ type: 'page', name: 'By hand', properties: { kind: 'x' } }]);
});

// ---- Consent. ----

visit('without consent nothing is stored and nothing is sent', { attributes: 'data-consent="required"' }, async ({ recorder, page }) => {
  await nothingIsSent(page, recorder, () => page.evaluate(() => { plumb.track('Secret'); plumb.identify('u1'); plumb.group('g'); plumb.reset(); plumb.consent(false); }));
  same(await traces(page), { cookie: '', storage: [] });
  await page.goto(recorder.url('/thanks'));
  same(recorder.requests, []);
});

visit('with consent what waited is sent as it was', { attributes: 'data-consent="required"' }, async ({ recorder, page }) => {
  await page.evaluate(() => { plumb.identify('u1', { plan: 'pro' }); history.pushState(null, '', '/a'); plumb.track('On A'); plumb.consent(true); });
  const calls = await recorder.calls(4);
  same(types(calls), ['page', 'identify', 'On A', 'page']);
  same(calls.map((call) => call.context.page.path), ['/', '/', '/a', '/a']);
  equal(new Set(calls.map((call) => call.anonymousId)).size, 1);
  await page.goto(recorder.url('/two'));
  const [, , , , next] = await recorder.calls(5);
  equal(next.userId, 'u1');
  equal(next.anonymousId, calls[0].anonymousId);
});

visit('consent taken back is forgotten with all it allowed', { attributes: 'data-consent="required"' }, async ({ recorder, page }) => {
  await page.evaluate(() => plumb.consent(true));
  await recorder.calls(1);
  await page.evaluate(() => { plumb.track('Not any more'); plumb.consent(false); });
  same(await traces(page), { cookie: '', storage: [] });
  recorder.forget();
  await nothingIsSent(page, recorder, () => page.evaluate(() => plumb.track('Secret')));
});

visit('who said no is not asked by the next page', {}, async ({ recorder, page }) => {
  await recorder.calls(1);
  await page.evaluate(() => plumb.consent(false));
  same(await traces(page), { cookie: '', storage: ['plumb_consent'] });
  recorder.forget();
  await page.goto(recorder.url('/two'));
  await nothingIsSent(page, recorder, () => page.evaluate(() => plumb.track('Secret')));
  same(await traces(page), { cookie: '', storage: ['plumb_consent'] });
});

for (const [name, value] of [['doNotTrack', '1'], ['globalPrivacyControl', true]]) {
  const init = `Object.defineProperty(Navigator.prototype, '${name}', { get: () => ${JSON.stringify(value)}, configurable: true })`;
  visit(`${name} of the browser is obeyed until somebody agrees`, { init }, async ({ recorder, page }) => {
    await nothingIsSent(page, recorder, () => page.evaluate(() => { plumb.track('Secret'); plumb.consent(false); }));
    same(await traces(page), { cookie: '', storage: [] });
    await page.evaluate(() => { plumb.consent(true); plumb.track('Agreed'); });
    await page.clock.runFor(1000);
    same(types(await recorder.calls(1)), ['Agreed']);
  });
}

visit('a browser without storage is a visitor still', { init: "Object.defineProperty(window, 'localStorage', { get: () => { throw new Error('denied'); } })" }, async ({ recorder }) => {
  const [call] = await recorder.calls(1);
  match(call.anonymousId, /^[0-9a-f-]{32,36}$/);
});

await run();
await browser.close();
