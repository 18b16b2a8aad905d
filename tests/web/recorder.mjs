// recorder.mjs — a server on a free port that has pages and remembers the calls it was sent.
//
//     const recorder = await startRecorder();
//     recorder.page('/', '<a href=...>');          ... a browser goes to recorder.url('/') ...
//     const calls = await recorder.calls(2);       waits until there are as many; in the order in which they were made
//
// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { PATIENCE_MS } from './tap.mjs';

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const bytes = Buffer.concat(parts);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
};

// `script` is the path of plumb.js, or undefined when no page needs it.
export const startRecorder = async (script) => {
  const pages = new Map();
  const requests = [];
  const statuses = [];
  let waiting = [];
  if (script) pages.set('/plumb.js', { type: 'text/javascript', text: await readFile(script, 'utf8') });

  // Two requests may overtake one another, and what was under way while a page was left is sent again: under the same
  // id, by which every server knows it.
  const madeAt = (call) => Date.parse(call.originalTimestamp ?? call.timestamp);
  const isFirst = (call, index, all) => call.messageId === undefined || all.findIndex(({ messageId }) => messageId === call.messageId) === index;
  const received = () => requests.flatMap(({ path, body }) => body.batch ?? [{ type: path.split('/').pop(), ...body }])
    .filter(isFirst).sort((a, b) => madeAt(a) - madeAt(b));
  const wake = () => {
    const calls = received();
    waiting = waiting.filter(({ count, resolve }) => calls.length < count || resolve(calls));
  };
  const take = async (request, response) => {
    const body = JSON.parse(await bodyOf(request));
    const status = statuses.shift() ?? 200;
    if (status === 200) requests.push({ path: request.url, body, headers: request.headers });
    response.writeHead(status, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json' }).end('{"success":true}');
    wake();
  };
  const server = createServer((request, response) => {
    const page = pages.get(new URL(request.url, 'http://x').pathname);
    if (request.method === 'POST') take(request, response).catch((failure) => response.writeHead(500).end(String(failure)));
    else if (page) response.writeHead(200, { 'Content-Type': page.type }).end(page.text);
    else response.writeHead(404, { 'Content-Type': 'text/html' }).end('nothing here');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();

  return {
    requests,
    // Any name under localhost is this machine, for a browser.
    url: (path, host = 'www.site.localhost') => `http://${host}:${port}${path}`,
    origin: `http://127.0.0.1:${port}`,
    page: (path, text, type = 'text/html') => pages.set(path, { type, text }),
    answer: (...next) => statuses.push(...next),
    forget: () => { requests.length = 0; },
    calls: (count) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${count} calls were expected, there are: ${JSON.stringify(received(), null, 1)}`)), PATIENCE_MS);
      waiting.push({ count, resolve: (calls) => { clearTimeout(timer); resolve(calls); return false; } });
      wake();
    }),
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
};
