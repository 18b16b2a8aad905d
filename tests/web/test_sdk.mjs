// test_sdk.mjs — Segment's own libraries, pointed at Plumb by nothing but their options.
//
// The calls go to a recorder, and plumb score reads what it remembers. With PLUMB_URL and PLUMB_WRITE_KEY they go to that
// server instead, and only that the libraries are content is looked at here.
// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startBrowser } from './browser.mjs';
import { startRecorder } from './recorder.mjs';
import { definition, STORY_POINTS, tellFromBrowser, tellFromServer } from './sdk.mjs';
import { equal, run, same, test } from './tap.mjs';

const CALLS = 7;
const { PLUMB_URL, PLUMB_WRITE_KEY = 'k1', PLUMB } = process.env;

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
    same(await tell(recorder, PLUMB_URL ?? recorder.origin, PLUMB_WRITE_KEY, userId), []);
    if (PLUMB_URL) return;
    const calls = await recorder.calls(CALLS);
    equal(calls.length, CALLS);
    same(await scores(calls), [`lead,${STORY_POINTS}`, 'account,1']);
  } finally {
    await recorder.close();
  }
});

story('a server that uses analytics-node is understood', 'server-1', (_, host, key, userId) => tellFromServer(host, key, userId));

story('a site that uses analytics-next is understood', 'browser-1', async (recorder, host, key, userId) => {
  const browser = await startBrowser();
  // One without a screen says so, and would not count.
  const context = await browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' });
  try {
    recorder.page('/pricing', '<!doctype html><title>Prices</title>');
    const page = await context.newPage();
    await page.goto(recorder.url('/pricing'));
    return await tellFromBrowser(page, host, key, userId);
  } finally {
    await browser.close();
  }
});

await run();
