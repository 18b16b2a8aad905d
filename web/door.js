// door.js — signing in and out, by a password or a link that is good once; and the first account.
//
// One section of the page is shown at a time. What the server says of a refusal is fit to show. A link's secret
// stands behind '#', where no server and no proxy's log sees it; it leaves the address as soon as it was used.
// SPDX-License-Identifier: Apache-2.0
const START = /^#plumb_start_/;
const LINK = /^#plumb_link_/;
const section = (name) => document.getElementById(name);
let csrf;

const show = (name) => {
  for (const one of document.querySelectorAll('section')) one.hidden = one.id !== name;
  const title = section(name).querySelector('h1');
  document.title = `${title.textContent} · Plumb`;
  const field = section(name).querySelector('input');
  if (!field) title.tabIndex = -1;
  (field ?? title).focus();
};
const say = (name, sentence) => { section(name).querySelector('.wrong').textContent = sentence; };

// {status, body}; a server that does not answer, or not in JSON, is told as such.
const ask = async (method, path, body) => {
  const headers = { Accept: 'application/json' };
  if (body) headers['Content-Type'] = 'application/json';
  if (csrf) headers['X-CSRF-Token'] = csrf;
  try {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() };
  } catch {
    return { status: 0, body: { detail: 'The server cannot be reached.' } };
  }
};
const sentence = ({ detail = 'Something went wrong.' }) => detail[0].toUpperCase() + detail.slice(1) + (/[.!?]$/.test(detail) ? '' : '.');

const greet = (me) => {
  csrf = me.csrf;
  const email = me.actor.replace(/^user:/, '');
  section('who').textContent = email.startsWith(`${me.name}@`) ? email : `${me.name}, ${email}`;
  section('role').textContent = me.role ?? '';
  say('signed-in', '');
  show('signed-in');
};

// What the browser itself finds missing is told in its own words, at the field.
const isComplete = (name, form) => {
  for (const field of form.elements) field.removeAttribute('aria-invalid');
  const wrong = [...form.elements].find((field) => !field.checkValidity());
  if (!wrong) return true;
  wrong.setAttribute('aria-invalid', 'true');
  wrong.focus();
  say(name, `${wrong.labels[0].textContent}: ${wrong.validationMessage}`);
  return false;
};

// `send` asks the server with the form's values.
const onSubmit = (name, send) => {
  const form = section(name).querySelector('form');
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    say(name, '');
    if (!isComplete(name, form)) return;
    button.disabled = true;
    const { status, body } = await send(Object.fromEntries(new FormData(form)));
    button.disabled = false;
    if (status === 200 || status === 201) {
      form.reset();
      greet(body);
    } else {
      say(name, sentence(body));
    }
  });
};

onSubmit('sign-in', (values) => ask('POST', '/api/v1/session', values));
const useLink = async (path, values) => {
  const answer = await ask('POST', path, { ...values, secret: location.hash.slice(1) });
  if (answer.status < 300 && answer.status > 0) history.replaceState(null, '', '/');
  return answer;
};
onSubmit('start', (values) => useLink('/api/v1/first', values));
onSubmit('choose', (values) => useLink('/api/v1/link', values));

section('sign-out').addEventListener('click', async () => {
  const { status, body } = await ask('DELETE', '/api/v1/session');
  if (status !== 204 && status !== 401) return say('signed-in', sentence(body));
  csrf = undefined;
  return show('sign-in');
});

const begin = async () => {
  if (START.test(location.hash)) return show('start');
  if (LINK.test(location.hash)) return show('choose');
  const { status, body } = await ask('GET', '/api/v1/me');
  if (status === 200) return greet(body);
  if (status === 401) return show('sign-in');
  say('failed', sentence(body));
  return show('failed');
};
section('again').addEventListener('click', begin);
begin();
