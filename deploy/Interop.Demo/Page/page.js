// SMART App Launch, standalone, as a public client: PKCE S256, state, and a token that lives in this page alone.
import { first, read, standing, when } from './follow-ups.mjs';

const status = document.getElementById('status');
const here = location.origin + '/';
const encode = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));
const json = async (url, options) => {
  const response = await fetch(url, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error_description ?? body.issue?.[0]?.diagnostics ?? `${response.status}`);
  return body;
};

async function configuration() {
  const settings = await json('settings.json');
  return { ...settings, smart: await json(settings.fhir + '/.well-known/smart-configuration') };
}

async function signIn() {
  const { fhir, clientId, smart } = await configuration();
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem('sign-in', JSON.stringify({ verifier, state, issuer: smart.issuer }));
  const challenge = encode(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  location.assign(smart.authorization_endpoint + '?' + new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: here, scope: 'openid fhirUser user/Task.rs user/Patient.rs', aud: fhir,
    state, code_challenge: challenge, code_challenge_method: 'S256',
  }));
}

async function finish(answer) {
  const begun = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}');
  sessionStorage.removeItem('sign-in');
  history.replaceState(null, '', here);
  if (answer.get('state') !== begun.state || answer.get('iss') !== begun.issuer) throw new Error('This answer was not asked for.');
  if (answer.has('error')) throw new Error(answer.get('error_description') ?? answer.get('error'));
  const { fhir, clientId, smart } = await configuration();
  const token = await json(smart.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: clientId, code: answer.get('code'), redirect_uri: here, code_verifier: begun.verifier,
    }),
  });
  const headers = { Authorization: 'Bearer ' + token.access_token };
  document.getElementById('sign-in').hidden = true;
  await show(first(fhir), url => json(url, { headers }));
}

// Page after page, so that the first rows are there at once and none is missing in the end.
async function show(url, getJson) {
  const again = document.getElementById('again');
  const list = document.getElementById('list');
  again.hidden = true;
  try {
    while (url) {
      const page = await read(url, getJson);
      list.append(...page.rows.map(item));
      status.textContent = standing(list.children.length, page.total);
      url = page.next;
    }
  } catch (problem) {
    const shown = list.children.length;
    status.textContent = `${shown === 0 ? 'The list could not be read' : `${shown} people are shown, and not all`}: ${problem.message}`;
    again.hidden = false;
    again.onclick = () => show(url, getJson);
  }
}

function item({ name, due, status }) {
  const row = document.createElement('li');
  const { isLate, text } = when(due, new Date());
  for (const [tag, content] of [['strong', name], ['span', text], ['span', status]]) {
    row.append(Object.assign(document.createElement(tag), { textContent: content }));
  }
  row.children[1].classList.toggle('late', isLate);
  return row;
}

const guarded = work => work.catch(problem => { status.textContent = problem.message; });
document.getElementById('sign-in').addEventListener('click', () => guarded(signIn()));
const answer = new URLSearchParams(location.search);
if (answer.has('state')) guarded(finish(answer));
