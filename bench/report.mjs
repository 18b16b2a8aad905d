// report.mjs — from what the runs printed to a table and to JSON files.
// SPDX-License-Identifier: Apache-2.0
import {readFileSync, writeFileSync} from 'node:fs';

const dir = process.argv[2];
const lines = name => readFileSync(`${dir}/${name}`, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const median = xs => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
const round = (x, digits) => Number(x.toFixed(digits));
const row = (name, value, unit, peer = null, ratio = null) => ({name, value, unit, peer, ratio});

function scoring() {
  const [plumb] = lines('plumb-score.out'), [duckdb] = lines('duckdb-score.out');
  if (duckdb.filters_different !== 0 || duckdb.weights_different !== 0)
    throw new Error(`totals differ from DuckDB's: ${JSON.stringify(duckdb)}`);
  return [
    row('score everybody', round(plumb.scan_ms, 1), 'ms'),
    row('  per event', round(plumb.ns_per_event, 2), 'ns'),
    row('  beside reading the columns', round(plumb.read_ms, 1), 'ms', 'columns read once', round(plumb.scan_per_read, 1)),
    row('  beside DuckDB, an aggregate a rule', round(duckdb.filters_ms, 0), 'ms', 'DuckDB',
        round(duckdb.filters_ms / plumb.scan_ms, 0)),
    row('  beside DuckDB, rules folded by hand', round(duckdb.weights_ms, 0), 'ms', 'DuckDB',
        round(duckdb.weights_ms / plumb.scan_ms, 0)),
    row('first score after loading', round(plumb.first_ms, 1), 'ms'),
    row('score, keeping signals', round(plumb.keep_ms, 1), 'ms'),
    row('score again after an edit of points', round(plumb.edit_ms, 1), 'ms', 'scoring everybody',
        round(plumb.scan_ms / plumb.edit_ms, 1)),
    row('  events read for it', plumb.edit_events_read, 'events'),
    row('memory of an event', plumb.event_bytes_each, 'bytes'),
    row('memory of properties', round(plumb.property_bytes / 1e6, 0), 'MB'),
  ];
}

function sizes() {
  return lines('plumb-sizes.out').map(run =>
    row(`${run.events / 1e6} million events`, round(run.ns_per_event, 2), 'ns per event', 'columns read once',
        round(run.scan_per_read, 1)));
}

function loading() {
  const [duckdb] = lines('duckdb-load.out');
  return ['csv', 'jsonl'].flatMap(kind => {
    const runs = lines(`plumb-load-${kind}.out`), ms = median(runs.map(r => r.load_ms));
    const wc = Number(readFileSync(`${dir}/wc-${kind}.out`, 'utf8')), peer = kind === 'csv' ? duckdb.csv_ms : duckdb.json_ms;
    return [
      row(`load ${kind}`, round(runs[0].bytes / 1e3 / ms, 0), 'MB/s'),
      row('  rows', round(runs[0].rows / ms * 1000, 0), 'rows/s'),
      row('  time', round(ms, 0), 'ms', 'wc -l', round(ms / wc, 1)),
      row('  beside DuckDB\'s reader', round(peer, 0), 'ms', 'DuckDB', round(peer / ms, 2)),
    ];
  });
}

for (const [file, title, rows] of [['score', 'Scoring', scoring()], ['sizes', 'Cost by size', sizes()],
                                   ['load', 'Loading', loading()]]) {
  writeFileSync(`${dir}/${file}.json`, JSON.stringify(rows, null, 1) + '\n');
  console.log(`\n${title}`);
  for (const r of rows)
    console.log(`  ${r.name.padEnd(40)} ${String(r.value).padStart(12)} ${r.unit.padEnd(13)}` +
                (r.ratio === null ? '' : `${String(r.ratio).padStart(7)} x ${r.peer}`));
}
