// rows.mjs — a result as it is printed and kept: what was measured, beside whom, and what was promised.
//
// A row is {name, value, unit, peer, peer_value, ratio, target, met} and perhaps more that only the JSON tells. The ratio
// is always value / peer_value; `met` is null where nothing is promised.
// SPDX-License-Identifier: Apache-2.0
import {readFileSync, writeFileSync} from 'node:fs';

export const median = xs => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
export const round = (x, digits) => Number(x.toFixed(digits));

// `least` or `most` is the target: of the ratio where there is `of: 'ratio'`, else of the value.
export function row(name, value, unit, {peer = null, peerValue = null, least, most, of = 'value', ...more} = {}) {
  const ratio = peerValue === null ? null : Number((value / peerValue).toPrecision(3));
  const judged = of === 'ratio' ? ratio : value, limit = least ?? most;
  const target = limit === undefined ? null
    : `${of === 'ratio' ? 'ratio ' : ''}${least === undefined ? '<=' : '>='} ${limit}${of === 'ratio' ? '' : ` ${unit}`}`;
  const met = limit === undefined ? null : least === undefined ? judged <= limit : judged >= limit;
  return {name, value, unit, peer, peer_value: peerValue, ratio, target, met, ...more};
}

export const writeRows = (dir, part, rows) => writeFileSync(`${dir}/${part}.json`, JSON.stringify(rows, null, 1) + '\n');
export const readRows = (dir, part) => JSON.parse(readFileSync(`${dir}/${part}.json`, 'utf8'));

export function printRows(title, rows) {
  console.log(`\n${title}`);
  for (const r of rows) {
    const peer = r.peer === null ? '' : `${r.peer}${r.peer_value === null ? '' : ` ${r.peer_value}`}`;
    console.log(`  ${r.name.padEnd(44)} ${String(r.value).padStart(11)} ${r.unit.padEnd(13)}` +
                `${r.ratio === null ? '' : String(r.ratio)}`.padStart(7) + ` ${r.ratio === null ? ' ' : 'x'} ${peer.padEnd(33)}` +
                (r.target === null ? '' : `${r.target}: ${r.met ? 'met' : 'NOT MET'}`));
  }
}
