// What pages do beside what HTML does by itself: hide after a minute, keep typed text, tell of news and of a lost connection,
// run the clock of a call, and answer by keys. Without it every page still works.
(() => {
  const root = document.documentElement;
  root.classList.add('has-script');
  const one = selector => document.querySelector(selector);
  const all = selector => [...document.querySelectorAll(selector)];

  // A phone that lies there shows nobody. One touch brings it back.
  const cover = one('[data-cover]');
  if (cover) {
    let timer;
    const after = Number(cover.dataset.cover) * 1000;
    const rest = () => { clearTimeout(timer); timer = setTimeout(() => { cover.hidden = false; cover.focus(); }, after); };
    cover.addEventListener('click', () => { cover.hidden = true; rest(); });
    for (const kind of ['pointerdown', 'keydown', 'scroll', 'touchstart']) addEventListener(kind, rest, { passive: true });
    rest();
  }

  // Typed text stays in this tab until it was sent; another person's sign-in begins without it.
  for (const form of all('form[data-keep]')) {
    const key = 'draft:' + one('body').dataset.session + ':' + form.dataset.keep;
    if (one('[data-done]')) sessionStorage.removeItem(key);
    const fields = () => [...form.querySelectorAll('textarea, input[type=text], select')].filter(field => field.name);
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? '{}');
      for (const field of fields()) if (!field.value && kept[field.name]) field.value = kept[field.name];
    } catch { sessionStorage.removeItem(key); }
    form.addEventListener('input', () =>
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().map(field => [field.name, field.value])))));
  }
  if (one('[data-forget]')) sessionStorage.clear();

  // What was done is said once: a reload is no second time.
  if (one('[data-done]')) {
    const address = new URL(location);
    address.searchParams.delete('done');
    history.replaceState(null, '', address);
  }

  // Nothing is sent while there is no connection, and nothing typed is lost by trying.
  const offline = one('[data-offline]');
  if (offline) {
    const tell = () => { offline.hidden = navigator.onLine; };
    addEventListener('online', tell);
    addEventListener('offline', tell);
    tell();
    document.addEventListener('submit', event => {
      if (!navigator.onLine) { event.preventDefault(); tell(); }
    });
  }

  // One click is one act.
  document.addEventListener('submit', event => {
    if (event.defaultPrevented) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = '1';
  });
  addEventListener('pageshow', () => all('form').forEach(form => delete form.dataset.sent));

  // News of a list: it is told, and shown when the person wants it.
  const news = one('[data-live]');
  if (news && window.EventSource) {
    const source = new EventSource(news.dataset.live);
    source.addEventListener('changed', () => { news.hidden = false; });
    addEventListener('pagehide', () => source.close());
  }
  for (const button of all('[data-reload]')) button.addEventListener('click', () => location.reload());
  for (const button of all('[data-print]')) button.addEventListener('click', () => print());

  // The clock of a call counts up, calmly.
  const clock = one('[data-clock]');
  if (clock) {
    const begun = Date.now() - Number(clock.dataset.clock) * 1000;
    const bar = one('[data-clock-bar]');
    const tick = () => {
      const seconds = Math.max(0, Math.floor((Date.now() - begun) / 1000));
      clock.textContent = Math.floor(seconds / 60) + ':' + String(seconds % 60).padStart(2, '0');
      if (bar) bar.value = Math.min(bar.max, seconds);
    };
    tick();
    setInterval(tick, 1000);
  }

  // Keys 1 to 9 answer the question that has the focus, or the first without an answer; then the next one has it.
  const questions = all('fieldset[data-question]');
  if (questions.length > 0) {
    const open = () => questions.find(question => question.contains(document.activeElement) && !question.querySelector(':checked'))
      ?? questions.find(question => !question.querySelector(':checked'));
    addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || /TEXTAREA|SELECT/.test(document.activeElement.tagName)) return;
      if (!/^[1-9]$/.test(event.key)) return;
      const question = open();
      const choice = question?.querySelectorAll('input')[Number(event.key) - 1];
      if (!choice) return;
      choice.checked = true;
      event.preventDefault();
      (open()?.querySelector('input') ?? one('[data-next]'))?.focus();
    });
  }

  // Where somebody stands is asked by a touch and goes into the search alone.
  const near = one('[data-near]');
  if (near && navigator.geolocation) {
    near.hidden = false;
    near.addEventListener('click', () => navigator.geolocation.getCurrentPosition(
      place => {
        const form = near.form;
        form.elements.at.value = place.coords.latitude.toFixed(3) + '|' + place.coords.longitude.toFixed(3);
        form.requestSubmit();
      },
      () => { near.textContent = near.dataset.failed; }));
  }

  one('[data-focus]')?.focus();
})();
