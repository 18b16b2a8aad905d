// program.mjs — the whole program on a free port and in a folder of its own, asked through its API.
//
//     const plumb = await startPlumb({ definitions: { lead: '...' } });
//     const { results } = await plumb.get('/api/v1/contacts/userId:ada/events');
//     await plumb.until(async () => (await plumb.get(...)).total === 3, 'three events');
//     await plumb.stop();
//
// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PATIENCE_MS } from './tap.mjs';

const LOOK_AGAIN_MS = 25;
const { PLUMB } = process.env;

// What `look` gives as soon as that is something; fails after PATIENCE_MS, telling what was waited for.
export const until = async (look, what) => {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_AGAIN_MS); });
  }
  throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
};

// Gives the address that it says it listens on, and all that it says to people (which grows).
const serve = (data) => {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PLUMB')));
  const child = spawn(PLUMB, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  child.stderr.on('data', (bytes) => { said.text += bytes; });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const listens = new Promise((resolve, reject) => {
    let line = '';
    child.stdout.on('data', (bytes) => {
      line += bytes;
      const [, url] = /^listening (\S+)\n/.exec(line) ?? [];
      if (url) resolve(url);
    });
    ended.then(() => reject(new Error(`plumb serve ended: ${said.text}`)));
  });
  return { child, said, ended, listens };
};

// `definitions` are texts of scores by their names, published before anything happens.
export const startPlumb = async ({ definitions = {} } = {}) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumb-web-'));
  const data = path.join(folder, 'data');
  const secret = async (...words) => (await promisify(execFile)(PLUMB, [...words, '--data', data])).stdout.trim();
  const key = await secret('key', 'create', '--name', 'web');
  const token = await secret('token', 'create', '--name', 'test', '--scope', 'admin');
  const { child, said, ended, listens } = serve(data);
  const stop = async () => {
    child.kill('SIGTERM');
    const status = await ended;
    await rm(folder, { recursive: true });
    if (status !== 0) throw new Error(`plumb serve ended by ${status}: ${said.text}`);
  };
  const url = await listens;
  const ask = (method, where, body) => fetch(url + where, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  // The answer's body; undefined when there is no such thing.
  const told = async (method, where, body) => {
    const answer = await ask(method, where, body);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const plumb = {
    url, key, said, ask, stop, until,
    get: (where) => told('GET', where),
    post: (where, body) => told('POST', where, body),
    // Names of a contact's events, in the order in which they happened.
    events: async (ref) => (await plumb.get(`/api/v1/contacts/${ref}/events`))?.results.reverse() ?? [],
    // Points of a contact's reasons, by the rules' names.
    reasons: async (ref, score) => {
      const { ledger } = await plumb.get(`/api/v1/contacts/${ref}/scores/${score}?explain=true`);
      return Object.fromEntries(ledger.filter(({ kind }) => kind === 'rule').map(({ rule, micro }) => [rule, micro / 1e6]));
    },
  };
  try {
    await until(async () => (await fetch(`${url}/readyz`)).ok, 'everything is loaded');
    for (const [name, text] of Object.entries(definitions)) await plumb.post(`/api/v1/scores/${name}/publish`, { text, changes: 'silent' });
  } catch (failure) {
    await stop();
    throw failure;
  }
  return plumb;
};
