// browser.mjs — the system's Chromium, without a screen and without a word to anybody but this machine.
// SPDX-License-Identifier: Apache-2.0
import { chromium } from 'playwright-core';
import { PATIENCE_MS } from './tap.mjs';

// One with a screen, which is somebody's. It must be the whole browser's name: beacons do not go by a page's.
export const PERSON = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

export const startBrowser = (userAgent) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  timeout: PATIENCE_MS,
  // A container's /dev/shm is often too small for it, and then it dies.
  args: ['--headless', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
    ...(userAgent ? [`--user-agent=${userAgent}`] : [])],
});

// Somebody without a past.
export const newVisitor = async (browser, options) => {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
};
