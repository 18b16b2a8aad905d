// test_door.mjs — the way in, as a person takes it: the first start's link, a password, out, and in again.
// SPDX-License-Identifier: Apache-2.0
import { newVisitor, startBrowser } from './browser.mjs';
import { startPlumb } from './program.mjs';
import { equal, match, ok, run, same, test } from './tap.mjs';

const PASSWORD = 'a long walk home';
const browser = await startBrowser();

const visit = (sentence, { width = 1280, height = 800 }, story) => test(sentence, async () => {
  const plumb = await startPlumb();
  const context = await newVisitor(browser, { viewport: { width, height } });
  try {
    const page = await context.newPage();
    const complaints = [];
    page.on('pageerror', (failure) => complaints.push(String(failure)));
    page.on('console', (message) => { if (/Security Policy|TrustedHTML/.test(message.text())) complaints.push(message.text()); });
    const [link] = await plumb.until(() => /http\S+\/start#\S+(?=\s)/.exec(plumb.said.text), 'the link');
    await story({ plumb, page, context, link });
    same(complaints, []);
  } finally {
    await context.close();
    await plumb.stop();
  }
});

const heading = (page, text) => page.getByRole('heading', { name: text }).waitFor();
const field = (page, name) => page.locator('section:not([hidden])').getByLabel(name, { exact: true });
const wrong = (page) => page.locator('section:not([hidden]) [role=alert]:not(:empty)').textContent();
const fitsWidth = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

// By the keyboard alone: the first field has the focus.
const fill = async (page, email, password) => {
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
};

visit('the first link leads to an account, signed in; then out, and in again', {}, async ({ page, context, link, plumb }) => {
  await page.goto(link);
  await heading(page, 'Make the first account');
  await fill(page, 'ada@acme.example', PASSWORD);
  await heading(page, 'You are signed in');
  equal(page.url(), `${plumb.url}/`, 'the secret has left the address');
  equal(await page.locator('#who').textContent(), 'ada@acme.example');
  equal(await page.locator('#role').textContent(), 'admin');
  const [cookie] = await context.cookies();
  ok(cookie.httpOnly && cookie.sameSite === 'Lax' && cookie.expires > 0);
  equal(await page.evaluate(() => document.cookie), '');

  await page.reload();
  await heading(page, 'You are signed in');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Sign in');
  same(await context.cookies(), []);

  await fill(page, 'ada@acme.example', 'not this one');
  equal(await wrong(page), 'The e-mail address or the password is wrong.');
  await field(page, 'Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await heading(page, 'You are signed in');
  await page.getByRole('link', { name: 'the API' }).click();
  await heading(page, 'The API');
});

visit('a link that was used is told to be so, and the sign-in is there', { width: 360, height: 640 }, async ({ page, context, link, plumb }) => {
  await page.goto(link);
  await heading(page, 'Make the first account');
  await fill(page, 'ada@acme.example', PASSWORD);
  await heading(page, 'You are signed in');
  await context.clearCookies();
  await page.goto(`${plumb.url}/`);
  await page.goto(link);
  await heading(page, 'Make the first account');
  await fill(page, 'eve@acme.example', PASSWORD);
  match(await wrong(page), /link/);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await heading(page, 'Sign in');
});

visit('somebody who was added chooses a password by the link, once', { width: 360, height: 640 }, async ({ page, context, plumb }) => {
  const made = await plumb.post('/api/v1/users', { email: 'bob@acme.example', role: 'sales' });
  await page.goto(made.link);
  await heading(page, 'Choose a password');
  ok(await fitsWidth(page));
  await page.keyboard.type('happy little trees');
  await page.keyboard.press('Enter');
  await heading(page, 'You are signed in');
  equal(await page.locator('#who').textContent(), 'bob@acme.example');
  equal(page.url(), `${plumb.url}/`, 'the secret has left the address');

  await context.clearCookies();
  await page.goto(`${plumb.url}/api`);
  await page.goto(made.link);
  await heading(page, 'Choose a password');
  await page.keyboard.type('another little tree');
  await page.keyboard.press('Enter');
  match(await wrong(page), /used, replaced, or is too old; ask an admin/);
});

visit('what is missing or too short is said at its field, and nothing is sent', { width: 360, height: 640 }, async ({ page, link }) => {
  const sent = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(request.url()); });
  await page.goto(link);
  await heading(page, 'Make the first account');
  await fill(page, 'ada', PASSWORD);
  match(await wrong(page), /^E-mail: /);
  equal(await page.evaluate(() => document.activeElement.id), 'start-email');
  await field(page, 'E-mail').fill('ada@acme.example');
  await field(page, 'Password').fill('');
  await field(page, 'Password').pressSequentially('short');
  await page.keyboard.press('Enter');
  match(await wrong(page), /^Password: /);
  same(sent, []);
  ok(await fitsWidth(page));
});

visit('the API is read on a telephone without moving sideways', { width: 360, height: 640 }, async ({ page, plumb }) => {
  await page.goto(`${plumb.url}/api`);
  ok(await fitsWidth(page));
  same(await page.evaluate(() => [...document.querySelectorAll('body *')].filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth)
    .map((one) => one.outerHTML.slice(0, 200))), []);
  await page.getByRole('link', { name: 'Plumb' }).click();
  await heading(page, 'Sign in');
});

await run();
await browser.close();
