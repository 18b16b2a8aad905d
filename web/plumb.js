// plumb.js — tells Plumb what happens on a website.
// SPDX-License-Identifier: Apache-2.0
//
//     <script async src="https://HOST/plumb.js" data-key="WRITE_KEY"></script>
//
//     data-consent="required"   nothing is stored or sent before plumb.consent(true); so too under Do Not Track
//                               and Global Privacy Control
//     data-identify="forms"     the e-mail address in a submitted form says who it was (or data-plumb-identify on a form)
//     data-auto="off"           no page views, forms and clicks by itself
//     data-plumb="Event name"   on anything: a click on it is this event; data-plumb-plan="pro" is its property plan
//
//     plumb.track("Signed Up", {plan: "pro"})     plumb.page("Name", {...})     plumb.identify("u1", {email: "..."})
//     plumb.group("acme", {name: "Acme"})         plumb.consent(true)           plumb.reset()
//
// Before it is there, calls wait in an array: (window.plumb = window.plumb || []).push(["track", "Signed Up"]).
//
// The build takes away whole lines of comments, the indentation and line ends behind ; , { and ( (tools/strip-script),
// nothing else: no comment beside code, no text over several lines. Whatever goes wrong in here stays in here: the
// page knows nothing of it.
(() => {
  const script = document.currentScript || document.querySelector('script[data-key]');
  if (!script || (window.plumb && window.plumb.track)) return;
  const { key, consent, identify, auto } = script.dataset;
  const target = new URL('v1/b', script.src).href;
  const NAME = 'plumb_id';
  const CHOICE = 'plumb_consent';
  const YEAR_S = 31536000;
  const CALL_MAX = 20000;
  const QUEUE_MAX = 500;

  // For want of rights (a frame without storage, say), or for what a page hands us.
  const attempt = (work) => {
    try {
      return work();
    } catch (_) {}
  };
  const uuid = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(''));
  const stored = (name) => attempt(() => localStorage.getItem(name));
  const store = (name, text) => attempt(() => (text ? localStorage.setItem(name, text) : localStorage.removeItem(name)));

  // ---- Consent. ----

  const mustAsk = consent === 'required' || navigator.globalPrivacyControl || navigator.doNotTrack === '1';
  const choice = stored(CHOICE);
  let allowed = choice === 'yes' || (!mustAsk && choice !== 'no');

  // ---- Who: a number of this browser's own, in a cookie that the site's other hosts see too, and in its storage. ----

  let who = {};
  const cookie = () => attempt(() => (document.cookie.match('(?:^|; )' + NAME + '=([\\w-]+)') || [])[1]);
  // In the widest domain that the browser lets us use: public suffixes it refuses.
  const setCookie = (text, seconds) => attempt(() => {
    const rest = '; path=/; samesite=lax; max-age=' + seconds + (location.protocol === 'https:' ? '; secure' : '');
    const labels = location.hostname.split('.');
    for (let n = 2; n <= labels.length; n++) {
      document.cookie = NAME + '=' + text + '; domain=' + labels.slice(-n).join('.') + rest;
      if (seconds && cookie() === text) return;
    }
    document.cookie = NAME + '=' + text + rest;
  });
  const remember = () => {
    if (!allowed) return;
    setCookie(who.anonymousId, YEAR_S);
    store(NAME, JSON.stringify({ ...who, until: Date.now() + YEAR_S * 1000 }));
  };
  const recall = () => {
    const { until, ...former } = attempt(() => JSON.parse(stored(NAME))) || {};
    const inCookie = cookie();
    const anonymousId = inCookie || (until > Date.now() && former.anonymousId);
    // When another host of the site has met somebody else since, then it is that one.
    who = anonymousId && anonymousId === former.anonymousId ? { ...former, ...who } : { anonymousId: anonymousId || uuid(), ...who };
    remember();
  };
  const forget = () => {
    store(NAME);
    setCookie('', 0);
    who = {};
  };

  // ---- Sending: calls wait a moment for others, and at the latest until the page is left. A browser carries no more than
  // 64 KB out of a page that is left, which CALL_MAX for one call and about twice that for a batch keeps. ----

  let queue = [];
  let timer;
  let failures = 0;
  const later = (ms) => {
    timer = timer || setTimeout(flush, ms);
  };
  const flush = (leaving) => {
    clearTimeout(timer);
    timer = 0;
    while (queue.length) {
      let count = 1;
      for (let size = queue[0].length; count < queue.length && size < CALL_MAX; count++) size += queue[count].length;
      const calls = queue.splice(0, count);
      const body = '{"writeKey":' + JSON.stringify(key) + ',"sentAt":"' + new Date().toISOString() + '","batch":[' + calls + ']}';
      if (leaving === true && attempt(() => navigator.sendBeacon(target, body))) continue;
      // Message ids keep what did arrive from counting twice.
      const again = () => {
        queue = calls.concat(queue).slice(0, QUEUE_MAX);
        if (++failures < 6) later(1000 * 2 ** failures);
      };
      // A text needs no permission asked ahead, as JSON would.
      attempt(() => fetch(target, { method: 'POST', body, keepalive: true, credentials: 'omit' }).then((answer) => {
        if (answer.status === 429 || answer.status > 499) again();
        else failures = 0;
      }, again));
    }
  };

  // ---- Calls. Without consent they wait in memory, as they were when they were made. ----

  let waiting = [];
  let referrer = document.referrer;
  const campaign = () => {
    const found = {};
    new URLSearchParams(location.search).forEach((text, name) => {
      if (name.startsWith('utm_')) found[name === 'utm_campaign' ? 'name' : name.slice(4)] = text;
    });
    return found;
  };
  const send = (made) => {
    made.context.groupId = who.groupId;
    const text = JSON.stringify({ anonymousId: who.anonymousId, userId: who.userId, ...made });
    if (text.length > CALL_MAX || queue.length >= QUEUE_MAX) return;
    queue.push(text);
    later(300);
  };
  const call = (type, members) => attempt(() => {
    const made = {
      type,
      messageId: uuid(),
      originalTimestamp: new Date().toISOString(),
      context: { page: { url: location.href, path: location.pathname, title: document.title, referrer, search: location.search }, campaign: campaign() },
      ...members,
    };
    if (allowed) send(made);
    else if (waiting.length < QUEUE_MAX) waiting.push(made);
  });
  // Two people at one browser are not one.
  const name = (by, text) => {
    if (who[by] && who[by] !== text) api.reset();
    who[by] = text;
    remember();
  };
  const api = {
    track: (event, properties) => call('track', { event, properties }),
    page: (name, properties) => call('page', { name, properties }),
    // Without an id it is of whoever is here, also when a page has none to give: undefined, null, 0 or an empty text.
    identify: (id, traits) => {
      if (id && typeof id !== 'object') name('userId', '' + id);
      else if ((traits = id || traits) && traits.email) name('mail', ('' + traits.email).toLowerCase());
      call('identify', { userId: who.userId, traits });
    },
    group: (id, traits) => {
      who.groupId = '' + id;
      remember();
      call('group', { groupId: who.groupId, traits });
    },
    reset: () => {
      forget();
      if (allowed) recall();
    },
    consent: (yes) => {
      if (!yes) {
        queue = [];
        waiting = [];
        forget();
      }
      // That somebody said no is kept where yes would be taken for granted.
      store(CHOICE, yes ? 'yes' : !mustAsk && 'no');
      if (yes && !allowed) {
        allowed = true;
        recall();
        waiting.splice(0).forEach(send);
      }
      allowed = !!yes;
    },
    push: (...calls) => calls.forEach((one) => attempt(() => api[one[0]](...one.slice(1)))),
  };

  // ---- What happens by itself. ----

  let route;
  let address;
  const viewed = () => {
    const now = location.pathname + location.search + (/^#!?\//.test(location.hash) ? location.hash : '');
    if (now === route) return;
    referrer = address || referrer;
    route = now;
    address = location.href;
    api.page();
  };
  // A framework sets the title after it has changed the address.
  const moved = () => setTimeout(viewed);
  const attributes = (element) => {
    const properties = { path: location.pathname };
    Object.keys(element.dataset).forEach((name) => {
      if (/^plumb[A-Z]/.test(name) && name !== 'plumbIdentify') properties[name[5].toLowerCase() + name.slice(6)] = element.dataset[name];
    });
    return properties;
  };
  const submitted = ({ target: form }) => attempt(() => {
    const attribute = (name) => form.getAttribute(name) || undefined;
    api.track('form_submitted', { form: attribute('name') || attribute('id'), id: attribute('id'), action: (attribute('action') || '').split('?')[0], ...attributes(form) });
    if (identify !== 'forms' && !form.hasAttribute('data-plumb-identify')) return;
    // Of all that was typed nothing but the address, and that only of a field that the visitor saw.
    const field = Array.from(form.elements).find((e) => e.type === 'email' && e.value && e.getClientRects().length);
    if (field) api.identify({ email: field.value.trim() });
  });
  const clicked = ({ target: element, button }) => attempt(() => {
    if (button > 1) return;
    const named = element.closest('[data-plumb]');
    if (named) api.track(named.dataset.plumb, attributes(named));
    const link = element.closest('a[href]');
    if (!link || !/^http/.test(link.protocol)) return;
    const file = link.pathname.split('/').pop();
    const what = { url: link.href, ...attributes(link) };
    if (link.hasAttribute('download') || /\.(pdf|docx?|xlsx?|pptx?|csv|zip|gz|dmg|exe|msi|epub|mp[34])$/i.test(file)) api.track('document_downloaded', { document: link.download || decodeURIComponent(file), ...what });
    else if (link.host !== location.host) api.track('link_clicked', { host: link.host, ...what });
  });

  const start = () => attempt(() => {
    const before = window.plumb;
    window.plumb = api;
    if (allowed) recall();
    addEventListener('pagehide', () => flush(true));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush(true));
    if (auto !== 'off') {
      viewed();
      ['pushState', 'replaceState'].forEach((name) => {
        const original = history[name];
        history[name] = function (...rest) {
          original.apply(this, rest);
          moved();
        };
      });
      addEventListener('popstate', moved);
      // Back to a page that the browser had kept.
      addEventListener('pageshow', ({ persisted }) => {
        if (persisted) route = moved();
      });
      ['click', 'auxclick'].forEach((name) => document.addEventListener(name, clicked, true));
      document.addEventListener('submit', submitted, true);
    }
    if (Array.isArray(before)) api.push(...before);
  });
  // A page that is rendered ahead was not seen yet.
  if (document.prerendering) document.addEventListener('prerenderingchange', start);
  else start();
})();
