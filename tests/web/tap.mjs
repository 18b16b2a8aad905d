// tap.mjs — tests one after the other, told in TAP.
//
//     test('a page view is sent', async () => { equal(1 + 1, 2); });
//     await run();
//
// Whatever a test waits for it looks for until it is there: PATIENCE_MS is for what never comes, and so long that the
// busiest machine is not taken for that.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';

const tests = [];
export const PATIENCE_MS = 150000;
const TEST_MS = 2 * PATIENCE_MS;

export const test = (sentence, body) => tests.push({ sentence, body });
export const { deepEqual: same, equal, ok, match } = assert;

const within = (ms, promise) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// Runs those whose sentence contains the first argument of the command line; the process's status says whether all passed.
export const run = async () => {
  const chosen = tests.filter(({ sentence }) => sentence.includes(process.argv[2] ?? ''));
  console.log(`1..${chosen.length}`);
  for (const [i, { sentence, body }] of chosen.entries()) {
    try {
      await within(TEST_MS, body());
      console.log(`ok ${i + 1} - ${sentence}`);
    } catch (failure) {
      String(failure?.stack ?? failure).split('\n').forEach((line) => console.log(`# ${line}`));
      console.log(`not ok ${i + 1} - ${sentence}`);
      process.exitCode = 1;
    }
  }
};
