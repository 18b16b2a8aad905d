// serve.mjs — the live server beside its peers: node bench/serve.mjs PART... with the parts below; bench/run calls it.
//
//   serve     single events beside nginx that answers a constant; batches of 100 beside plain SQLite
//   latency   from the due instant to the answer, at 20, 50 and 80 % of what the server takes
//   size      the same with ten million events in memory as with none, of the same contacts; how soon such a store is ready
//   beside    intake while somebody previews edited drafts over a million contacts without pause
//   http      the HTTP floor alone beside nginx (only when asked for)
//
// An event counts when it was answered: when it is on the disk and scored by 40 rules. Every part alternates between us
// and the peer in short rounds and takes medians, so that what else the machine does meets both.
//
// Two arrangements. *Apart* gives the load the last core and the servers the others: the load cannot take time from the
// server, so it shows what a server core does, and latencies that are the server's. *Together* binds nobody, with as
// many workers as cores: it shows what the machine as a whole does, where every microsecond of the load counts for both
// alike and dulls the ratio. Processor time of a request is the server's own in either and depends least on the rest.
// On two cores *apart* is a server of one core and one thread for HTTP, *together* one as it is started by default.
// SPDX-License-Identifier: Apache-2.0
import {writeFileSync, readFileSync} from 'node:fs';
import {apart, fill, load, newFolder, plainSqlite, Plumb, startHttp, startNginx, syncMilliseconds, together} from './rig.mjs';
import {median, round, row, writeRows} from './rows.mjs';

const setting = (name, otherwise) => Number(process.env[name] ?? otherwise);
const connections = setting('CONNECTIONS', 64), seconds = setting('SECONDS_EACH', 3), rounds = setting('ROUNDS', 5);
const latencySeconds = setting('LATENCY_SECONDS', 10), known = 200000; // contacts that events are about
const filledContacts = setting('FILLED_CONTACTS', 1e6), filledEvents = setting('FILLED_EVENTS', 1e7);
const definition = 'bench/lead_score.yaml', out = 'build/bench';
const single = {path: '/v1/track', events: 1, connections, contacts: known, seconds};
const batches = {path: '/v1/batch', events: 100, connections, contacts: known, seconds};

// ---- How everything is measured. ----

// A server in whose memory everybody has been met once, with the score in force.
async function warm(plumb, arrangement) {
  await plumb.start(arrangement);
  await plumb.publish(definition);
  await load(arrangement, plumb, {...batches, requests: known / batches.events, seconds: 600});
  return plumb;
}

// What was answered must be there, or the rate is worth nothing. (More may be: what came too late to be answered.)
async function take(arrangement, plumb, options) {
  const before = await plumb.events(), result = await load(arrangement, plumb, options);
  const grown = await plumb.events() - before, promised = result.answered * options.events;
  if (grown < promised) throw new Error(`${promised} events were acknowledged, but there are only ${grown} more`);
  return result;
}

// Run each of the named measurements once a round, in turns that begin with another each time. {name: [result]}.
async function alternate(measurements, times = rounds) {
  const names = Object.keys(measurements), results = Object.fromEntries(names.map(name => [name, []]));
  for (let round = 0; round < times; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      results[name].push(await measurements[name]());
    }
  return results;
}

const middle = (results, member) => median(results.map(result => result[member]));

// ---- serve ----

async function serveIn(arrangement) {
  const plumb = await warm(new Plumb(), arrangement), nginx = await startNginx(arrangement);
  const {authorization} = plumb;
  const ones = await alternate({
    nginx: () => load(arrangement, nginx, {...single, authorization}),
    plumb: () => take(arrangement, plumb, single),
  });
  const hundreds = await alternate({
    sqlite: () => plainSqlite(arrangement, plumb, seconds, batches.events),
    plumb: () => take(arrangement, plumb, batches),
  });
  const sync = syncMilliseconds();
  await plumb.stop();
  await nginx.stop();

  const ours = middle(ones.plumb, 'per_s'), peer = middle(ones.nginx, 'per_s');
  const cpu = middle(ones.plumb, 'cpu_us'), peerCpu = middle(ones.nginx, 'cpu_us');
  const rows = middle(hundreds.plumb, 'per_s') * batches.events, peerRows = middle(hundreds.sqlite, 'rows_per_s');
  return [
    row(`single events, ${arrangement.name}`, round(ours, 0), 'events/s', {
      peer: 'nginx, a constant', peerValue: round(peer, 0), of: 'ratio', least: 0.6,
      rounds: ones.plumb.map(each => each.per_s), peer_rounds: ones.nginx.map(each => each.per_s),
      p50_ms: middle(ones.plumb, 'p50_ms'), p99_ms: middle(ones.plumb, 'p99_ms'), p999_ms: middle(ones.plumb, 'p999_ms'),
      client_us: middle(ones.plumb, 'client_us_each'), server_threads: arrangement.threads,
    }),
    row('  processor time of one', round(cpu, 1), 'us', {
      peer: 'nginx, a constant', peerValue: round(peerCpu, 1),
    }),
    row(`  ${connections} at each sync of the disk would be`, round(connections * 1000 / sync, 0), 'events/s', {
      sync_ms: round(sync, 3),
    }),
    row(`batches of ${batches.events}, ${arrangement.name}`, round(rows, 0), 'events/s', {
      peer: 'plain SQLite', peerValue: peerRows, of: 'ratio', least: 0.5,
      rounds: hundreds.plumb.map(each => each.per_s * batches.events), peer_rounds: hundreds.sqlite.map(each => each.rows_per_s),
      p50_ms: middle(hundreds.plumb, 'p50_ms'), p99_ms: middle(hundreds.plumb, 'p99_ms'),
      text_bytes_of_a_row: hundreds.sqlite[0].text_bytes_each,
    }),
    row('  processor time of an event', round(middle(hundreds.plumb, 'cpu_us') / batches.events, 2), 'us'),
  ];
}

async function serve() {
  return [...await serveIn(apart), ...await serveIn(together)];
}

// ---- latency ----

async function latency() {
  const plumb = await warm(new Plumb(), apart), nginx = await startNginx(apart), {authorization} = plumb;
  const capacity = middle((await alternate({plumb: () => take(apart, plumb, single)}, 3)).plumb, 'per_s');
  const rows = [row('taken as fast as it can, apart', round(capacity, 0), 'events/s')];
  for (const percent of [20, 50, 80]) {
    const options = {...single, seconds: latencySeconds, rate: Math.max(1, Math.floor(capacity * percent / 100))};
    const peer = await load(apart, nginx, {...options, authorization}), ours = await take(apart, plumb, options);
    const sync = syncMilliseconds();
    for (const [name, member] of [['p50', 'p50_ms'], ['p99', 'p99_ms'], ['p99.9', 'p999_ms']])
      rows.push(row(`${name} at ${percent} %, ${options.rate}/s`, round(ours[member], 2), 'ms', {
        peer: 'nginx', peerValue: round(peer[member], 2),
        unanswered: ours.unanswered, answered: ours.answered, most_ms: ours.most_ms, sync_ms: round(sync, 3),
      }));
  }
  await plumb.stop();
  await nginx.stop();
  return rows;
}

// ---- size and beside: over a store that has been filled, once for both. ----

let filled;
async function filledPlumb() {
  if (filled === undefined) {
    console.log(`  a store of ${filledContacts} contacts and ${filledEvents} events is written ...`);
    filled = new Plumb((await fill(filledContacts, filledEvents)).folder);
  }
  return filled;
}

async function size() {
  const full = await filledPlumb(), empty = new Plumb((await fill(filledContacts, 0)).folder);
  await empty.start(apart);
  const memoryOfNone = empty.memoryMegabytes();
  await empty.stop();
  await full.start(apart);
  const fromFacts = full.readySeconds;
  await full.stop();
  await warm(full, apart);
  await warm(empty, apart);
  const memory = full.memoryMegabytes(), there = await full.events();
  const measured = {};
  for (const [name, options] of [['single events', single], ['batches of 100', batches]])
    measured[name] = await alternate({empty: () => take(apart, empty, options), full: () => take(apart, full, options)});
  await empty.stop();
  await full.stop();
  const starts = await alternate({full: async () => {
    await full.start(apart);
    await full.stop();
    return full.readySeconds;
  }}, 3);

  return [
    ...Object.entries(measured).map(([name, {full: ours, empty: none}]) => {
      const each = name === 'single events' ? 1 : batches.events;
      const rate = middle(ours, 'per_s') * each, peer = middle(none, 'per_s') * each;
      return row(`${name} onto ${round(filledEvents / 1e6, 1)} million`, round(rate, 0), 'events/s', {
        peer: 'onto contacts alone', peerValue: round(peer, 0), of: 'ratio', least: 0.8,
        contacts: filledContacts, rounds: ours.map(one => one.per_s * each), peer_rounds: none.map(one => one.per_s * each),
        p99_ms: middle(ours, 'p99_ms'), peer_p99_ms: middle(none, 'p99_ms'),
        cpu_us: round(middle(ours, 'cpu_us'), 1), peer_cpu_us: round(middle(none, 'cpu_us'), 1),
      });
    }),
    row('ready again, from a snapshot', round(median(starts.full), 2), 's', {
      peer: 'from the facts', peerValue: round(fromFacts, 1), most: 5,
      events: there, contacts: filledContacts,
    }),
    row('memory resident', round(memory, 0), 'MB', {
      peer: 'with no events', peerValue: round(memoryOfNone, 0), events: there, contacts: filledContacts,
    }),
  ];
}

// A file whose points bench_client edits from one request to the next.
function draftToEdit() {
  const file = `${newFolder()}/draft.json`, text = readFileSync(definition, 'utf8').replace('points: 12}', 'points: %%}');
  if (!text.includes('%%')) throw new Error(`${definition} has no rule of 12 points any more`);
  writeFileSync(file, JSON.stringify({text}));
  return file;
}

async function besideIn(arrangement, plumb, draft) {
  await warm(plumb, arrangement);
  const editing = {path: '/api/v1/scores/preview', connections: 1, body: draft, authorization: plumb.bearer};
  const previews = options => load(arrangement, plumb, {...editing, ...options});
  await previews({requests: 2, seconds: 60}); // the first one reads every event, which is bench_preview's to measure
  const alone = await previews({seconds});

  // Previews run for a second longer than the intake, so that all of it has company.
  const without = options => take(arrangement, plumb, options);
  const withPreviews = async options => {
    const company = previews({seconds: options.seconds + 1});
    const intake = await without(options);
    return {...intake, previews_per_s: (await company).per_s};
  };
  const rate = await alternate({without: () => without(single), beside: () => withPreviews(single)});
  const free = middle(rate.without, 'per_s'), shared = middle(rate.beside, 'per_s');
  const steady = {...single, seconds: latencySeconds, rate: Math.max(1, Math.floor(shared / 2))};
  const wait = await alternate({without: () => without(steady), beside: () => withPreviews(steady)}, 3);
  await plumb.stop();

  // A preview takes as much of the processor beside intake as alone; so many of them a second are this share.
  const perSecond = middle(rate.beside, 'previews_per_s');
  const share = perSecond * alone.cpu_us / 1e6 / arrangement.threads * 100, loss = (1 - shared / free) * 100;
  const p99 = middle(wait.beside, 'p99_ms'), p99Without = middle(wait.without, 'p99_ms');
  return [
    row(`previews beside intake, ${arrangement.name}`, round(perSecond, 1), 'a second', {
      peer: 'alone', peerValue: round(alone.per_s, 1), cpu_ms: round(alone.cpu_us / 1000, 1), alone_p50_ms: alone.p50_ms,
    }),
    row('  single events beside them', round(shared, 0), 'events/s', {
      peer: 'without', peerValue: round(free, 0), contacts: filledContacts, events: filledEvents,
      rounds: rate.beside.map(each => each.per_s), peer_rounds: rate.without.map(each => each.per_s),
    }),
    row('  lost to them, of the rate', round(loss, 1), '%', {
      peer: 'their share of the cores', peerValue: round(share, 1), most: round(share, 1),
    }),
    row(`  p99 beside them, at ${steady.rate}/s`, round(p99, 2), 'ms', {
      peer: 'without', peerValue: round(p99Without, 2),
      p50_ms: middle(wait.beside, 'p50_ms'), peer_p50_ms: middle(wait.without, 'p50_ms'),
      p999_ms: middle(wait.beside, 'p999_ms'), peer_p999_ms: middle(wait.without, 'p999_ms'),
    }),
    row('  rise of p99', round(p99 - p99Without, 2), 'ms', {most: 50}),
  ];
}

async function beside() {
  const plumb = await filledPlumb(), draft = draftToEdit();
  return [...await besideIn(apart, plumb, draft), ...await besideIn(together, plumb, draft)];
}

// ---- http ----

async function http() {
  const authorization = 'Basic bm9ib2R5Og=='; // of a header as long as ours; nobody reads it
  const servers = {
    nginx: await startNginx(apart), 'answered at once': await startHttp(apart, 'now'), 'answered in groups': await startHttp(apart, 'group'),
  };
  const measure = ([name, server]) => [name, () => load(apart, server, {...single, authorization})];
  const results = await alternate(Object.fromEntries(Object.entries(servers).map(measure)));
  for (const server of Object.values(servers)) await server.stop();
  const peer = middle(results.nginx, 'per_s');
  return Object.keys(servers).slice(1).map(name => row(name, round(middle(results[name], 'per_s'), 0), 'requests/s', {
    peer: 'nginx, a constant', peerValue: round(peer, 0),
    cpu_us: round(middle(results[name], 'cpu_us'), 1), peer_cpu_us: round(middle(results.nginx, 'cpu_us'), 1),
  }));
}

const parts = {serve, latency, size, beside, http};
for (const part of process.argv.slice(2)) {
  console.log(`Measuring ${part} ...`);
  writeRows(out, part, await parts[part]());
}
process.exit(0);
