// sdk.mjs — the same story told by Segment's own libraries, to whatever host is given.
//
// Somebody reads the prices as a visitor, signs up, belongs to a company, and was known under an older name. Told whole, it
// is worth STORY_POINTS to the definition below, and the company is worth one.
// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Analytics } from '@segment/analytics-node';

export const STORY_POINTS = 31;
export const definition = `
score: lead
groups:
  - name: Who
    category: fit
    rules:
      - {name: Plan, when: {property: plan, is: pro}, points: 1}
  - name: What
    category: engagement
    rules:
      - {name: Trial, event: Trial Started, where: {property: seats, is: 3}, points: 2}
      - {name: Prices, event: page_viewed, where: {property: path, is: /pricing}, points: 4, count: once}
      - {name: Application, event: Report Opened, where: {property: report.kind, is: funnel}, points: 8}
      - {name: Before, event: Newsletter Read, points: 16}
---
score: account
object: company
groups:
  - name: What it is
    category: fit
    rules:
      - {name: Large, when: {all: [{property: employees, gte: 50}, {property: name, is: Acme}]}, points: 1}
`;

// From a server: every call says who it is about. `sent` gets the bodies of the requests.
export const tellFromServer = async (host, writeKey, userId, sent = []) => {
  const failures = [];
  const httpClient = (url, request) => {
    sent.push(JSON.parse(request.body));
    return fetch(url, request);
  };
  const analytics = new Analytics({ writeKey, host, maxRetries: 1, flushAt: 3, httpClient });
  analytics.on('error', (failure) => failures.push(failure));
  const visitor = `${userId}-visitor`;
  analytics.page({ anonymousId: visitor, name: 'Pricing', properties: { url: 'https://site.example/pricing?from=mail', title: 'Prices' } });
  analytics.identify({ userId, anonymousId: visitor, traits: { email: `${userId}@acme.example`, plan: 'pro', seats: 5 } });
  analytics.group({ userId, groupId: `${userId}-company`, traits: { name: 'Acme', employees: 60 } });
  analytics.track({ userId, event: 'Trial Started', properties: { plan: 'pro', seats: 3 }, context: { groupId: `${userId}-company` } });
  analytics.track({ userId, event: 'Report Opened', properties: { report: { kind: 'funnel' }, tags: ['a', 'b'] } });
  analytics.track({ userId: `${userId}-old`, event: 'Newsletter Read', timestamp: new Date(Date.now() - 86400000) });
  analytics.alias({ userId, previousId: `${userId}-old` });
  await analytics.closeAndFlush();
  return failures;
};

// The browser's library as its page would load it, and the pieces that it loads itself.
const bundles = path.join(path.dirname(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')), 'dist/umd');
export const serveBrowserLibrary = async (page) => page.route('**/analytics-next/**', async (route) => {
  const file = path.basename(new URL(route.request().url()).pathname);
  await route.fulfill({ contentType: 'text/javascript', body: await readFile(path.join(bundles, file), 'utf8') });
});

// On a page of the site: `page` stands on any page of the origin where the library may be served.
export const loadInBrowser = async (page, host, writeKey) => {
  const { protocol, host: apiHost } = new URL(host);
  await serveBrowserLibrary(page);
  await page.addScriptTag({ url: '/analytics-next/index.js' });
  await page.evaluate(async ({ scheme, api, key }) => {
    [window.analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(
      { writeKey: key, cdnURL: location.origin, cdnSettings: { integrations: { 'Segment.io': { apiKey: key } } } },
      { integrations: { 'Segment.io': { apiHost: `${api}/v1`, protocol: scheme } } },
    );
    window.failures = [];
    analytics.on('error', (failure) => failures.push(String(failure.reason ?? failure)));
  }, { scheme: protocol.replace(':', ''), api: apiHost, key: writeKey });
};

// Gives the visitor's anonymousId.
export const visitInBrowser = (page) => page.evaluate(async () => {
  await analytics.page('Pricing');
  return analytics.user().anonymousId();
});

// Gives what the library complained of so far.
export const signUpInBrowser = (page, userId) => page.evaluate(async (id) => {
  await analytics.identify(id, { email: `${id}@acme.example`, plan: 'pro', seats: 5 });
  await analytics.group(`${id}-company`, { name: 'Acme', employees: 60 });
  await analytics.track('Trial Started', { plan: 'pro', seats: 3 }, { context: { groupId: `${id}-company` } });
  await analytics.track('Report Opened', { report: { kind: 'funnel' }, tags: ['a', 'b'] });
  await analytics.track('Newsletter Read', {}, { userId: `${id}-old`, anonymousId: `${id}-elsewhere`, timestamp: new Date(Date.now() - 86400000) });
  await analytics.alias(id, `${id}-old`);
  return failures;
}, userId);

export const tellFromBrowser = async (page, host, writeKey, userId) => {
  await loadInBrowser(page, host, writeKey);
  await visitInBrowser(page);
  return signUpInBrowser(page, userId);
};
