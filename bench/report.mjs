// report.mjs — from what the parts of a run left in a folder to tables and JSON: node bench/report.mjs FOLDER PART...
//
// The parts that bench/run measures itself left one JSON object a line, which become rows here; bench/serve.mjs leaves rows.
// SPDX-License-Identifier: Apache-2.0
import {readFileSync} from 'node:fs';
import {median, printRows, readRows, round, row, writeRows} from './rows.mjs';

const [dir, ...wanted] = process.argv.slice(2);
const lines = name => readFileSync(`${dir}/${name}`, 'utf8').trim().split('\n').map(line => JSON.parse(line));

function score() {
  const [plumb] = lines('plumb-score.out'), [duckdb] = lines('duckdb-score.out');
  if (duckdb.filters_different !== 0 || duckdb.weights_different !== 0)
    throw new Error(`totals differ from DuckDB's: ${JSON.stringify(duckdb)}`);
  const ours = round(plumb.scan_ms, 1);
  return [
    row('score everybody', ours, 'ms', {peer: 'columns read once', peerValue: round(plumb.read_ms, 2)}),
    row('  of an event', round(plumb.ns_per_event, 2), 'ns'),
    row('DuckDB, an aggregate a rule', round(duckdb.filters_ms, 0), 'ms', {peer: 'Plumb', peerValue: ours}),
    row('DuckDB, rules folded by hand', round(duckdb.weights_ms, 0), 'ms', {peer: 'Plumb', peerValue: ours}),
    row('first score after loading', round(plumb.first_ms, 1), 'ms'),
    row('score, keeping signals', round(plumb.keep_ms, 1), 'ms'),
    row('score again after an edit of points', round(plumb.edit_ms, 1), 'ms', {peer: 'scoring everybody', peerValue: ours}),
    row('  events read for it', plumb.edit_events_read, 'events', {most: 0}),
    row('memory of an event', plumb.event_bytes_each, 'bytes'),
    row('memory of properties', round(plumb.property_bytes / 1e6, 0), 'MB'),
    ...lines('plumb-sizes.out').map(run =>
      row(`${run.events / 1e6} million events, of an event`, round(run.ns_per_event, 2), 'ns', {
        peer: 'columns read once', peerValue: round(run.ns_per_event / run.scan_per_read, 3),
      })),
  ];
}

function load() {
  const [duckdb] = lines('duckdb-load.out');
  return ['csv', 'jsonl'].flatMap(kind => {
    const runs = lines(`plumb-load-${kind}.out`), ms = median(runs.map(run => run.load_ms));
    const wc = Number(readFileSync(`${dir}/wc-${kind}.out`, 'utf8')), peer = kind === 'csv' ? duckdb.csv_ms : duckdb.json_ms;
    return [
      row(`load ${kind}`, round(runs[0].bytes / 1e3 / ms, 0), 'MB/s'),
      row('  rows', round(runs[0].rows / ms * 1000, 0), 'rows/s'),
      row('  time', round(ms, 0), 'ms', {peer: 'wc -l', peerValue: round(wc, 0)}),
      row('  time', round(ms, 0), 'ms', {peer: 'DuckDB\'s reader', peerValue: round(peer, 0)}),
    ];
  });
}

function preview() {
  const [run] = lines('plumb-preview.out');
  return [
    row('first preview of everybody', run.first_ms, 'ms', {most: 1000, records: run.records}),
    row('after an edit of points or limits, median', run.edited_ms, 'ms', {most: 100, moved: run.moved}),
    row('  the slowest of them', run.edited_most_ms, 'ms', {
      peer: 'first preview', peerValue: run.first_ms, most: 100,
    }),
    row('  events read for them', run.edited_events_read, 'events', {most: 0}),
  ];
}

function train() {
  return lines('plumb-train.out').flatMap(run => [
    row(`${run.kind}: ${run.snapshots / 1e6} million snapshots of ${run.features}`, round(run.learn_ms / 1e3, 1), 's', {most: 600}),
    row('  memory at most', run.learn_peak_mb, 'MB', {most: 4096}),
    row(`  a world of ${run.contacts} contacts`, round(run.world_train_ms / 1e3, 1), 's'),
    row('  its tables', round(run.world_bytes / 1e6, 0), 'MB', {most: 2148}),
    row('  everybody is asked about', round(run.ask_ms, 0), 'ms', {most: 2000}),
  ]);
}

const parts = {
  score: ['Scoring', score],
  load: ['Loading files', load],
  train: ['Learning, and forecasts of everybody', train],
  preview: ['Previews', preview],
  serve: ['Intake, answered after it is on the disk and scored'],
  latency: ['Latency from the due instant to the answer, at shares of that rate'],
  size: ['A store that is full, beside an empty one'],
  beside: ['Intake while drafts are previewed without pause'],
  http: ['The HTTP floor alone'],
};

const all = Object.entries(parts).filter(([part]) => wanted.includes(part)).flatMap(([part, [title, rows]]) => {
  if (rows !== undefined) writeRows(dir, part, rows());
  const told = readRows(dir, part);
  printRows(title, told);
  return told;
});
const judged = all.filter(each => each.met !== null), missed = judged.filter(each => !each.met);
if (judged.length > 0)
  console.log(`\n${judged.length - missed.length} of ${judged.length} targets met` +
              (missed.length === 0 ? '' : `; not met: ${missed.map(each => each.name.trim()).join(', ')}`));
