// rig.mjs — servers to be measured, the load for them, and who runs on which core.
//
// All files lie below build/bench, on the disk of the repository: a temporary folder may lie in memory, where a sync
// costs nothing. Whatever was started ends with this process.
// SPDX-License-Identifier: Apache-2.0
import {execFile, execFileSync, spawn} from 'node:child_process';
import * as fs from 'node:fs';
import {createServer} from 'node:net';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {setTimeout as after} from 'node:timers/promises';
import {promisify} from 'node:util';

const run = promisify(execFile);
const cores = Number(execFileSync('nproc'));
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));
fs.mkdirSync('build/bench', {recursive: true});
const scratch = fs.mkdtempSync('build/bench/scratch-');

// Apart: the load has the last core for itself and the servers have the others. Together: nobody is bound to a core.
export const apart = cores > 1
  ? {name: 'apart', serverCores: `0-${cores - 2}`, loadCores: String(cores - 1), threads: cores - 1}
  : {name: 'apart', serverCores: null, loadCores: null, threads: 1};
export const together = {name: 'together', serverCores: null, loadCores: null, threads: cores};

const bound = (on, command) => on === null ? command : ['taskset', '-c', on, ...command];

// ---- Files and processes. ----

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM'); // nginx's workers outlive a master that is killed otherwise
  fs.rmSync(scratch, {recursive: true, force: true});
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

let folders = 0;
export function newFolder() {
  const folder = `${scratch}/${++folders}`;
  fs.mkdirSync(folder);
  return folder;
}

function start(arrangement, command, environment, log) {
  const [program, ...words] = bound(arrangement.serverCores, command);
  const child = spawn(program, words, {env: {...process.env, ...environment}, stdio: ['pipe', 'pipe', fs.openSync(log, 'a')]});
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

async function stop(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

// Seconds of the processor that the process and its children have used.
function processorSeconds(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children].reduce((sum, each) => {
    const fields = fs.readFileSync(`/proc/${each}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(child, url) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server for ${url} ended while it started`);
    if (await fetch(url).then(answer => answer.ok, () => false)) return;
    await after(10);
  }
}

// ---- Servers: {pid, port, authorization, stop()}. ----

// A store's folder with a key and a token; Plumb can be started over it several times.
export class Plumb {
  constructor(folder = newFolder()) {
    this.folder = folder;
    const make = (...words) => execFileSync('build/plumb', [...words, '--data', folder, '--name', 'bench'],
                                            {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
    this.bearer = `Bearer ${make('token', 'create', '--scope', 'admin')}`;
    this.authorization = `Basic ${Buffer.from(make('key', 'create') + ':').toString('base64')}`;
  }

  // Until it is ready to serve, which took this.readySeconds.
  async start(arrangement) {
    const begun = performance.now();
    this.child = start(arrangement, ['build/plumb', 'serve', '--data', this.folder, '--listen', '127.0.0.1:0'], {
      PLUMB_HTTP_THREADS: arrangement.threads, PLUMB_THREADS: arrangement.threads, PLUMB_LOG_REQUESTS: 'off',
    }, `${this.folder}/log`);
    this.pid = this.child.pid;
    for await (const line of createInterface(this.child.stdout)) {
      this.url = line.replace('listening ', '');
      break;
    }
    if (this.url === undefined) throw new Error(fs.readFileSync(`${this.folder}/log`, 'utf8'));
    this.port = new URL(this.url).port;
    await answers(this.child, `${this.url}/readyz`);
    this.readySeconds = (performance.now() - begun) / 1000;
    return this;
  }

  async stop() { await stop(this.child); }

  async publish(file) {
    const answer = await fetch(`${this.url}/api/v1/scores/bench/publish`, {
      method: 'POST', headers: {Authorization: this.bearer, 'Content-Type': 'application/json'},
      body: JSON.stringify({text: fs.readFileSync(file, 'utf8')}),
    });
    if (!answer.ok) throw new Error(`publishing: ${answer.status} ${await answer.text()}`);
  }

  async events() {
    const text = await (await fetch(`${this.url}/metrics`, {headers: {Authorization: this.bearer}})).text();
    return Number(/^plumb_events (\d+)/m.exec(text)[1]);
  }

  memoryMegabytes() { // resident now
    return Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]) / 1024;
  }
}

// nginx that answers everything with a constant, one worker for each thread that Plumb has.
export async function startNginx(arrangement) {
  const folder = `${process.cwd()}/${newFolder()}`, port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(what => `${what}_temp_path ${folder}/${what};`);
  fs.writeFileSync(`${folder}/nginx.conf`, `
    worker_processes ${arrangement.threads}; pid ${folder}/pid; error_log ${folder}/log; daemon off;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000000; ${temporary.join(' ')}
      server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '{"success":true}'; } }
    }`);
  const command = ['nginx', '-p', folder, '-c', `${folder}/nginx.conf`, '-e', `${folder}/log`];
  const child = start(arrangement, command, {}, `${folder}/log`);
  await answers(child, `http://127.0.0.1:${port}/`);
  return {pid: child.pid, port, stop: () => stop(child)};
}

// The HTTP floor alone: bench_http answers at once ('now') or in groups ('group').
export async function startHttp(arrangement, how) {
  const folder = newFolder(), port = await freePort();
  const command = ['build/bench/bench_http', String(port), String(arrangement.threads), how];
  const child = start(arrangement, command, {}, `${folder}/log`);
  await answers(child, `http://127.0.0.1:${port}/`);
  return {pid: child.pid, port, stop: () => stop(child)};
}

// ---- Load and peers. ----

// What bench_client prints, with the server's processor time of an answer in microseconds.
export async function load(arrangement, server, options) {
  const words = Object.entries(options).filter(([name]) => name !== 'authorization').map(([name, value]) => `${name}=${value}`);
  const [program, ...rest] = bound(arrangement.loadCores, ['build/bench/bench_client', `port=${server.port}`, ...words]);
  const environment = {...process.env, AUTHORIZATION: options.authorization ?? server.authorization};
  const before = processorSeconds(server.pid), {stdout} = await run(program, rest, {env: environment});
  const result = JSON.parse(stdout);
  if (result.errors > 0) throw new Error(`${result.errors} requests of ${words.join(' ')} were not answered with 200`);
  return {...result, cpu_us: (processorSeconds(server.pid) - before) * 1e6 / result.answered};
}

// The same rows that the server has written, appended by SQLite alone on the server's cores.
export async function plainSqlite(arrangement, plumb, seconds, rowsInTransaction) {
  const [program, ...words] = bound(arrangement.serverCores, ['build/bench/bench_plain', `${plumb.folder}/plumb.db`,
    `${newFolder()}/plain.db`, String(seconds), String(rowsInTransaction)]);
  return JSON.parse((await run(program, words)).stdout);
}

export async function fill(contacts, events) {
  const folder = newFolder();
  const filled = JSON.parse((await run('build/bench/bench_fill', [folder, String(contacts), String(events)])).stdout);
  return {folder, ...filled};
}

// What a write of 16 KB takes that is on the disk when it returns.
export function syncMilliseconds() {
  const file = fs.openSync(`${scratch}/sync`, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_DSYNC);
  const bytes = Buffer.alloc(16384), took = [];
  for (let i = 0; i < 100; i++) {
    const begun = performance.now();
    fs.writeSync(file, bytes, 0, bytes.length, i * bytes.length);
    took.push(performance.now() - begun);
  }
  fs.closeSync(file);
  return took.sort((a, b) => a - b)[50];
}
