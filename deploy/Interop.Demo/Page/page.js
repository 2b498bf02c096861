// SMART App Launch, standalone, as a public client: PKCE S256, state, and a token that lives in this page alone.
'use strict';

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
  const search = new URLSearchParams({
    code: 'follow-up-48h', status: 'requested,accepted,in-progress', _sort: 'due', _include: 'Task:patient', _count: '20',
  });
  show(await json(`${fhir}/Task?${search}`, { headers: { Authorization: 'Bearer ' + token.access_token } }));
}

function show(bundle) {
  const resources = (bundle.entry ?? []).map(entry => entry.resource);
  const persons = new Map(resources.filter(resource => resource.resourceType === 'Patient').map(person => ['Patient/' + person.id, person]));
  const rows = document.querySelector('#list tbody');
  for (const task of resources.filter(resource => resource.resourceType === 'Task')) {
    const name = persons.get(task.for?.reference)?.name?.[0];
    const due = new Date(task.restriction?.period?.end);
    const row = rows.insertRow();
    for (const text of [due.toLocaleString(), name ? `${name.given?.[0] ?? ''} ${name.family ?? ''}` : '', task.status]) {
      row.insertCell().textContent = text;
    }
  }
  status.textContent = `${rows.rows.length} people, the earliest due first.`;
  document.getElementById('list').hidden = false;
  document.getElementById('sign-in').hidden = true;
}

const guarded = work => work.catch(problem => { status.textContent = problem.message; });
document.getElementById('sign-in').addEventListener('click', () => guarded(signIn()));
const answer = new URLSearchParams(location.search);
if (answer.has('state')) guarded(finish(answer));
