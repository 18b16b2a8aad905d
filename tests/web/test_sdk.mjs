// test_sdk.mjs — Segment's own libraries, pointed at Plumb by nothing but their options.
//
// Once the calls go to a recorder, and plumb score reads what it remembers; once they go to plumb serve, which tells what it
// made of them. Both must come to the same.
// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { newVisitor, PERSON, startBrowser } from './browser.mjs';
import { startPlumb } from './program.mjs';
import { startRecorder } from './recorder.mjs';
import { definition, loadInBrowser, signUpInBrowser, STORY_POINTS, tellFromBrowser, tellFromServer, visitInBrowser } from './sdk.mjs';
import { equal, ok, run, same, test } from './tap.mjs';

const CALLS = 7;
const { PLUMB } = process.env;

// "score,points" of each record that plumb makes of these calls; a call that is refused ends it.
const scores = async (calls) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumb-sdk-'));
  const file = (name) => path.join(folder, name);
  try {
    await writeFile(file('lead.yaml'), definition);
    await writeFile(file('calls.jsonl'), calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
    const { stdout } = await promisify(execFile)(PLUMB, ['score', file('lead.yaml'), '--events', file('calls.jsonl'), '--strict', '--format', 'csv']);
    return stdout.trim().split('\n').slice(1).map((line) => line.split(',').slice(1, 3).join(','));
  } finally {
    await rm(folder, { recursive: true });
  }
};

// `tell(recorder, host, key, userId)` gives the library's complaints.
const story = (sentence, userId, tell) => test(sentence, async () => {
  const recorder = await startRecorder();
  try {
    same(await tell(recorder, recorder.origin, 'k1', userId), []);
    const calls = await recorder.calls(CALLS);
    equal(calls.length, CALLS);
    same(await scores(calls), [`lead,${STORY_POINTS}`, 'account,1']);
  } finally {
    await recorder.close();
  }
});

// A page of the site in a browser. One without a screen says so, and would not count.
const inBrowser = async (recorder, act) => {
  const browser = await startBrowser(PERSON);
  try {
    recorder.page('/pricing', '<!doctype html><title>Prices</title>');
    const page = await (await newVisitor(browser)).newPage();
    await page.goto(recorder.url('/pricing'));
    return await act(page);
  } finally {
    await browser.close();
  }
};

story('a server that uses analytics-node is understood', 'server-1', (_, host, key, userId) => tellFromServer(host, key, userId));

story('a site that uses analytics-next is understood', 'browser-1', (recorder, host, key, userId) =>
  inBrowser(recorder, (page) => tellFromBrowser(page, host, key, userId)));

// ---- The same told to plumb serve. ----

const served = (sentence, userId, tell) => test(sentence, async () => {
  const plumb = await startPlumb({ definitions: { lead: definition } });
  try {
    await tell(plumb, userId);
  } finally {
    await plumb.stop();
  }
});

// What the story makes, whoever told it: one person, their company, and each reason of the score.
const isWhole = async (plumb, userId, visitor) => {
  const ref = `userId:${userId}`;
  const names = () => plumb.events(ref).then((events) => events.map(({ name }) => name).sort());
  await plumb.until(async () => (await names()).length === 4, 'four events');
  same(await names(), ['Newsletter Read', 'Report Opened', 'Trial Started', 'page_viewed']);
  const { id, identifiers, properties } = await plumb.get(`/api/v1/contacts/${ref}`);
  for (const other of [`email:${userId}@acme.example`, `anonymousId:${visitor}`, `userId:${userId}-old`])
    equal((await plumb.get(`/api/v1/contacts/${encodeURIComponent(other)}`)).id, id, other);
  ok(identifiers.some(({ kind, value }) => kind === 'anonymousId' && value === visitor));
  same((await plumb.get('/api/v1/contacts')).results.map((contact) => contact.id), [id]);
  equal(properties.plan, 'pro');
  same((await plumb.get('/api/v1/companies')).results.map((company) => company.id), [`${userId}-company`]);
  const staff = await plumb.post('/api/v1/contacts/search', { where: { property: 'company.name', is: 'Acme' } });
  same(staff.results.map((contact) => contact.id), [id]);
  same(await plumb.reasons(ref, 'lead'), { Plan: 1, Trial: 2, Prices: 4, Application: 8, Before: 16 });
  equal((await plumb.get(`/api/v1/contacts/${ref}/scores/lead`)).value, STORY_POINTS);
  equal((await plumb.get(`/api/v1/companies/${userId}-company/scores/account`)).value, 1);
  same((await plumb.get('/api/v1/rejects')).results, []);
};

// What was sent is sent once more: nothing is counted twice, and of each event it is said that it was there.
const isTakenOnce = async (plumb, userId, visitor, batches) => {
  const before = await plumb.get(`/api/v1/contacts/userId:${userId}/events`);
  for (const body of batches) {
    const again = await fetch(`${plumb.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ ...body, writeKey: plumb.key }) });
    equal(again.status, 200);
    const { results } = await plumb.post('/api/v1/events', { events: body.batch });
    for (const [i, { type }] of body.batch.entries())
      if (type === 'track' || type === 'page') equal(results[i].status, 'duplicate', type);
  }
  same(await plumb.get(`/api/v1/contacts/userId:${userId}/events`), before);
  await isWhole(plumb, userId, visitor);
};

served('what analytics-node sends to plumb serve becomes one person, their company and their score, and counts once', 'ada', async (plumb, userId) => {
  const sent = [];
  same(await tellFromServer(plumb.url, plumb.key, userId, sent), []);
  equal(sent.flatMap(({ batch }) => batch).length, CALLS);
  await isWhole(plumb, userId, `${userId}-visitor`);
  await isTakenOnce(plumb, userId, `${userId}-visitor`, sent);
});

served('what analytics-next sends of a visitor who then signs up joins the visit to the person, and counts once', 'ben', async (plumb, userId) => {
  const recorder = await startRecorder();
  try {
    await inBrowser(recorder, async (page) => {
      const sent = [];
      page.on('request', (request) => { if (request.method() === 'POST') sent.push(request.postDataJSON()); });
      await loadInBrowser(page, plumb.url, plumb.key);
      const visitor = await visitInBrowser(page);
      const seen = await plumb.until(async () => (await plumb.events(`anonymousId:${visitor}`))[0], 'the visit');
      equal(seen.name, 'page_viewed');
      equal(seen.properties.path, '/pricing');
      equal(seen.bot, false);
      same((await plumb.get('/api/v1/contacts')).results, [], 'nobody has a name yet');
      same(await signUpInBrowser(page, userId), []);
      await isWhole(plumb, userId, visitor);
      equal(sent.length, CALLS);
      await isTakenOnce(plumb, userId, visitor, sent.map((body) => ({ batch: body.batch ?? [body] })));
    });
  } finally {
    await recorder.close();
  }
});

await run();
