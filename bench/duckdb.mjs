// duckdb.mjs — the benchmark's score in DuckDB, as good as we can write it.
//
//     node duckdb.mjs score DIR THREADS RUNS TOTALS   score DIR/contacts.csv, DIR/events.csv; compare with TOTALS
//     node duckdb.mjs load DIR THREADS RUNS           time reading the files
//
// Two ways of writing the same rules, both measured, the better one counts:
//
//   filters  one aggregate with FILTER a rule, decay factors from a small table by day of age
//   weights  points, windows and decay folded into a table by (kind of event, day of age), joined
//            once; rules that are clamped together share an aggregate
//
// Sums are DOUBLEs of whole numbers below 2^53, hence exact, and faster than DuckDB's HUGEINT sums.
// SPDX-License-Identifier: Apache-2.0
import {DuckDBInstance} from '@duckdb/node-api';
import {readFileSync} from 'node:fs';

const AS_OF_MS = 1767225600000;
const DAY_MS = 86400000;

const curves = {
  none: () => 1,
  half30: n => 2 ** (-n / 30),
  linear: n => Math.max(0, 1 - 50 / 100 * n / 30),
  step: n => Math.max(0, 1 - 25 / 100 * Math.floor(n / 14)),
  compound: n => (1 - 20 / 100) ** Math.floor(n / 30),
};
const ppm = (curve, n) => Math.floor(curves[curve](n) * 1e6 + 0.5);

// [aggregate column, event, property test, points, curve, window in days, mode]
// Rules of one column are added before anything is clamped.
const rules = [
  ['website', 'page_viewed', '', 1, 'half30', 90, 'each'],
  ['pricing', 'page_viewed', "starts_with(path, '/pricing')", 3, 'half30', 90, 'each'],
  ['website', 'page_viewed', "path = '/product'", 2, 'half30', 0, 'each'],
  ['website', 'page_viewed', "path = '/docs'", 1, 'half30', 30, 'each'],
  ['demo_page', 'page_viewed', "path = '/demo'", 8, 'half30', 0, 'once'],
  ['careers', 'page_viewed', "path = '/careers'", -5, 'none', 0, 'each'],
  ['website', 'page_viewed', "path = '/customers'", 2, 'half30', 0, 'each'],
  ['security', 'page_viewed', "path = '/security'", 4, 'half30', 60, 'once'],
  ['pages', 'page_viewed', '', 1, 'none', 30, 'count'],
  ['website', 'page_viewed', "starts_with(path, '/blog')", 1, 'half30', 60, 'each'],
  ['mail', 'email_opened', '', 1, 'linear', 0, 'each'],
  ['mail', 'email_clicked', '', 3, 'linear', 0, 'each'],
  ['bounced', 'email_bounced', '', -10, 'none', 0, 'once'],
  ['unsubscribed', 'unsubscribed', '', -20, 'none', 0, 'once'],
  ['opens', 'email_opened', '', 1, 'none', 90, 'count'],
  ['forms', 'form_submitted', "form = 'newsletter'", 2, 'step', 0, 'each'],
  ['forms', 'form_submitted', "form = 'demo'", 20, 'step', 0, 'each'],
  ['forms', 'form_submitted', "form = 'contact'", 15, 'step', 0, 'each'],
  ['forms', 'form_submitted', "form = 'ebook'", 5, 'step', 0, 'each'],
  ['any_form', 'form_submitted', '', 5, 'step', 0, 'once'],
  ['meetings', 'webinar_registered', '', 5, 'compound', 0, 'each'],
  ['meetings', 'webinar_attended', '', 10, 'compound', 0, 'each'],
  ['meeting', 'meeting_booked', '', 25, 'compound', 0, 'each'],
  ['meetings', 'document_downloaded', '', 4, 'compound', 0, 'each'],
  ['meetings', 'video_played', '', 2, 'compound', 180, 'each'],
  ['trial', 'trial_started', '', 20, 'none', 0, 'once'],
  ['logins', 'login', '', 1, 'none', 30, 'count'],
  ['product', 'call_connected', '', 8, 'none', 364, 'each'],
  ['product', 'chat_started', '', 3, 'none', 90, 'each'],
  ['ads', 'ad_clicked', '', 1, 'none', 0, 'each'],
];
const columns = [...new Set(rules.map(r => r[0]))];
const modeOf = column => rules.find(r => r[0] === column)[6];

// The extreme of a `once` rule's factors is its latest, since factors fall with age.
function aggregateOf(column, term, filter) {
  const mode = modeOf(column);
  if (mode === 'once') return `${rules.find(r => r[0] === column)[3] < 0 ? 'min' : 'max'}(${term})${filter}`;
  return `sum(${term})${filter}`;
}

function filtersQuery() {
  const terms = rules.map(([column, event, test, points, curve, window, mode], i) => {
    const conditions = [`event = '${event}'`];
    if (test) conditions.push(test);
    if (window) conditions.push(`d < ${window}`);
    const term = mode === 'count' ? '1::DOUBLE' : curve === 'none' ? `${points * 1e6}::DOUBLE` : `${points} * ${curve}`;
    return `${aggregateOf(column, term, ` FILTER (${conditions.join(' AND ')})`)} AS r${i}`;
  });
  const columnOf = name => rules.map((r, i) => r[0] === name ? `coalesce(r${i}, 0)` : null).filter(Boolean).join(' + ');
  return `WITH a AS (SELECT c, ${terms.join(',\n ')}
    FROM (SELECT c, event, path, form, CAST((${AS_OF_MS} - t) // ${DAY_MS} AS SMALLINT) AS d FROM e WHERE t <= ${AS_OF_MS})
    JOIN decay USING (d) GROUP BY c),
  s AS (SELECT c, ${columns.map(n => `${columnOf(n)} AS ${n}`).join(', ')} FROM a)`;
}

function weightsQuery() {
  return `WITH s AS (SELECT c, ${columns.map(n => `${aggregateOf(n, `w.${n}`, '')} AS ${n}`).join(', ')}
    FROM (SELECT c, kind * 512 + CAST((${AS_OF_MS} - t) // ${DAY_MS} AS INTEGER) AS k FROM e WHERE t <= ${AS_OF_MS})
    JOIN w USING (k) GROUP BY c)`;
}

const clamp = (x, min, max) =>
  [min === null ? '' : `greatest(${min * 1e6}, `, max === null ? '' : `least(${max * 1e6}, `, x,
   max === null ? '' : ')', min === null ? '' : ')'].join('');

function totalsQuery(score) {
  const z = n => `coalesce(${n}, 0)`;
  const range = (n, cases) => `CASE ${cases.map(([from, to, p]) =>
    `WHEN ${z(n)} >= ${from}${to ? ` AND ${z(n)} <= ${to}` : ''} THEN ${p * 1e6}`).join(' ')} ELSE 0 END`;
  const website = clamp([z('website'), clamp(z('pricing'), null, 12), z('demo_page'), clamp(z('careers'), -15, null),
    z('security'), range('pages', [[3, 5, 5], [6, 0, 8]])].join(' + '), null, 60);
  const mail = clamp([z('mail'), z('bounced'), z('unsubscribed'), range('opens', [[2, 3, 2], [4, 0, 4]])].join(' + '), -25, 20);
  const forms = `${z('forms')} + ${z('any_form')}`;
  const meetings = clamp(`${z('meetings')} + ${clamp(z('meeting'), null, 50)}`, null, 60);
  const product = `${z('trial')} + ${range('logins', [[1, 2, 3], [3, 0, 7]])} + ${z('product')} + ${clamp(z('ads'), null, 5)}`;
  const company = clamp(`1e6 * (
      CASE WHEN industry IN ('software', 'finance') THEN 8 WHEN industry = 'retail' THEN 3 WHEN industry IS NULL THEN 0 ELSE -2 END
    + CASE WHEN employees BETWEEN 50 AND 500 THEN 10 WHEN employees > 500 THEN 6 WHEN employees IS NULL THEN 0 ELSE -5 END
    + CASE WHEN country IN ('PL', 'NL', 'CZ') THEN 5 ELSE 0 END + CASE WHEN budget >= 10000 THEN 7 ELSE 0 END
    + CASE WHEN phone IS NOT NULL THEN 2 ELSE 0 END)`, null, 40);
  const person = `1e6 * (CASE WHEN role IN ('ceo', 'cto', 'head of sales') THEN 12 ELSE 0 END
    + CASE WHEN role = 'student' THEN -15 ELSE 0 END + CASE WHEN ends_with(email, '@mail.example') THEN -4 ELSE 0 END
    + CASE WHEN opted_in THEN 3 ELSE 0 END + CASE WHEN source = 'referral' AND role <> 'student' THEN 6 ELSE 0 END)`;
  const fit = clamp(`${company} + ${person}`, -20, 60);
  const engagement = clamp(`${website} + ${mail} + ${forms} + ${meetings} + ${product}`, -20, 100);
  return `${score} SELECT p.c, CAST(${clamp(`${fit} + ${engagement}`, 0, 150)} AS BIGINT) AS micro
    FROM p LEFT JOIN s USING (c)`;
}

async function connect(threads) {
  const instance = await DuckDBInstance.create(':memory:', {threads: String(threads)});
  return instance.connect();
}

const median = xs => xs.sort((a, b) => a - b)[Math.floor(xs.length / 2)];

async function timed(runs, action) {
  const ms = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await action();
    ms.push(performance.now() - start);
  }
  return median(ms);
}

async function loadTables(db, dir) {
  await db.run(`CREATE TABLE p AS SELECT CAST(substr(id, 2) AS INTEGER) AS c, * EXCLUDE (id, industry, country, role, source),
      CAST(industry AS VARCHAR) AS industry, country, role, source
    FROM read_csv('${dir}/contacts.csv', header = true, types = {'phone': 'VARCHAR'}) ORDER BY c`);
  await db.run(`CREATE TABLE raw AS SELECT CAST(substr(contact, 2) AS INTEGER) AS c, event, CAST(time AS BIGINT) AS t, path, form
    FROM read_csv('${dir}/events.csv', header = true,
      columns = {'contact': 'VARCHAR', 'event': 'VARCHAR', 'time': 'BIGINT', 'path': 'VARCHAR', 'form': 'VARCHAR'})`);
  for (const column of ['event', 'path', 'form'])
    await db.run(`CREATE TYPE ${column}_t AS ENUM (SELECT DISTINCT ${column} FROM raw WHERE ${column} IS NOT NULL ORDER BY 1)`);
  for (const column of ['industry', 'country', 'role', 'source'])
    await db.run(`CREATE TYPE ${column}_t AS ENUM (SELECT DISTINCT ${column} FROM p WHERE ${column} IS NOT NULL ORDER BY 1);
      ALTER TABLE p ALTER ${column} TYPE ${column}_t`);
  await db.run(`CREATE TABLE kinds AS SELECT CAST(row_number() OVER (ORDER BY event, path, form) - 1 AS SMALLINT) AS kind, *
    FROM (SELECT DISTINCT event, path, form FROM raw)`);
  await db.run(`CREATE TABLE e AS SELECT c, t, CAST(event AS event_t) AS event, CAST(raw.path AS path_t) AS path,
      CAST(raw.form AS form_t) AS form, kind
    FROM raw JOIN kinds k USING (event) WHERE raw.path IS NOT DISTINCT FROM k.path AND raw.form IS NOT DISTINCT FROM k.form
    ORDER BY c, t`);
  await db.run('DROP TABLE raw');
}

async function makeHelpers(db) {
  await db.run('CREATE TABLE decay (d SMALLINT, half30 DOUBLE, linear DOUBLE, step DOUBLE, compound DOUBLE)');
  const days = [...Array(402).keys()];
  await db.run(`INSERT INTO decay VALUES ${days.map(d =>
    `(${d}, ${ppm('half30', d)}, ${ppm('linear', d)}, ${ppm('step', d)}, ${ppm('compound', d)})`).join(', ')}`);
  const term = column => rules.filter(r => r[0] === column).map(([, event, test, points, curve, window, mode]) => {
    const conditions = [`event = '${event}'`];
    if (test) conditions.push(test);
    if (window) conditions.push(`d < ${window}`);
    const value = mode === 'count' ? '1' : curve === 'none' ? `${points * 1e6}` : `${points} * ${curve}`;
    return `CASE WHEN ${conditions.join(' AND ')} THEN ${value} ELSE ${mode === 'once' ? 'NULL' : '0'} END`;
  }).join(' + ');
  await db.run(`CREATE TABLE w AS SELECT CAST(kind * 512 + d AS INTEGER) AS k,
    ${columns.map(n => `CAST(${term(n)} AS DOUBLE) AS ${n}`).join(',\n ')} FROM kinds, decay`);
}

async function countDifferent(db, totalsFile) {
  const rows = await db.runAndReadAll(`SELECT count(*) FROM result FULL JOIN (SELECT CAST(substr(column0, 2) AS INTEGER) AS c,
    CAST(column1 AS BIGINT) AS micro FROM read_csv('${totalsFile}', header = false)) t USING (c)
    WHERE result.micro IS DISTINCT FROM t.micro`);
  return Number(rows.getRows()[0][0]);
}

async function score(dir, threads, runs, totalsFile) {
  const db = await connect(threads);
  await loadTables(db, dir);
  await makeHelpers(db);
  const out = {};
  for (const [name, query] of [['filters', totalsQuery(filtersQuery())], ['weights', totalsQuery(weightsQuery())]]) {
    out[`${name}_ms`] = await timed(runs, () => db.run(`CREATE OR REPLACE TABLE result AS ${query}`));
    out[`${name}_different`] = await countDifferent(db, totalsFile);
  }
  console.log(JSON.stringify(out));
}

async function load(dir, threads, runs) {
  const db = await connect(threads);
  const csv_ms = await timed(runs, async () => {
    await db.run(`CREATE OR REPLACE TABLE contacts AS SELECT * FROM read_csv('${dir}/contacts.csv', header = true)`);
    await db.run(`CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv('${dir}/events.csv', header = true)`);
  });
  const json_ms = await timed(runs, async () => {
    await db.run(`CREATE OR REPLACE TABLE contacts AS SELECT * FROM read_csv('${dir}/contacts.csv', header = true)`);
    await db.run(`CREATE OR REPLACE TABLE raw AS SELECT * FROM read_json('${dir}/events.jsonl', format = 'newline_delimited')`);
  });
  console.log(JSON.stringify({csv_ms, json_ms}));
}

const [command, ...args] = process.argv.slice(2);
if (command === 'score') await score(args[0], Number(args[1]), Number(args[2]), args[3]);
else if (command === 'load') await load(args[0], Number(args[1]), Number(args[2]));
else process.exitCode = 2;
