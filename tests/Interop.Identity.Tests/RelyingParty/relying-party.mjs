// An independent relying party: drives oauth4webapi against the issuer and checks with it everything that comes back.
// Talks to the test in lines: it prints its key set, then links to open; it reads what the browser came back with.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [library, issuerUrl, audience, fhir] = process.argv.slice(2);
const oauth = await import(pathToFileURL(library));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => (await lines.next()).value;
const insecure = { [oauth.allowInsecureRequests]: true };

const expect = (holds, what) => {
  if (!holds) {
    throw new Error(`Not so: ${what}`);
  }
};

const refused = async (work, error) => {
  try {
    await work();
  } catch (failure) {
    expect(failure.error === error, `${error}, but ${failure.error} ${failure.message}`);
    return;
  }
  throw new Error(`Not refused: ${error}`);
};

const clientKeys = await oauth.generateKeyPair('ES384', { extractable: true });
const proofKeys = await oauth.generateKeyPair('ES256', { extractable: true });
const jwk = await crypto.subtle.exportKey('jwk', clientKeys.publicKey);
console.log(JSON.stringify({ keys: [{ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid: 'rp-1' }] }));
await read();

const issuer = new URL(issuerUrl);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const auth = oauth.PrivateKeyJwt({ key: clientKeys.privateKey, kid: 'rp-1' });

const introspect = async (client, token) =>
  oauth.processIntrospectionResponse(server, client, await oauth.introspectionRequest(server, client, auth, token, insecure));

// Backend: client_credentials, bearer and DPoP, introspection, revocation.
const backend = { client_id: 'rp-backend' };
for (const options of [insecure, { ...insecure, DPoP: oauth.DPoP(backend, proofKeys) }]) {
  const response = await oauth.clientCredentialsGrantRequest(server, backend, auth, { scope: 'system/Patient.rs' }, options);
  const tokens = await oauth.processClientCredentialsResponse(server, backend, response);
  expect(tokens.token_type === (options.DPoP ? 'dpop' : 'bearer'), 'the token type');

  const url = new URL(`${fhir}/Patient`);
  const headers = new Headers({ authorization: `${options.DPoP ? 'DPoP' : 'Bearer'} ${tokens.access_token}` });
  if (!options.DPoP) {
    const claims = await oauth.validateJwtAccessToken(server, new Request(url, { headers }), audience, insecure);
    expect(claims.client_id === 'rp-backend' && claims.scope === 'system/Patient.rs', 'the claims');
  }

  expect((await introspect(backend, tokens.access_token)).active === true, 'active before revocation');
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, backend, auth, tokens.access_token, insecure));
  expect((await introspect(backend, tokens.access_token)).active === false, 'inactive after revocation');
}

await refused(async () => oauth.processClientCredentialsResponse(
  server, backend, await oauth.clientCredentialsGrantRequest(server, backend, auth, { scope: 'system/*.cruds' }, insecure)), 'invalid_scope');

// App: authorization_code with PKCE and DPoP, ID token, UserInfo, refresh, reuse.
const app = { client_id: 'rp-app' };
const redirectUri = 'https://app.example/callback';
const verifier = oauth.generateRandomCodeVerifier();
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
const link = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  response_type: 'code', client_id: app.client_id, redirect_uri: redirectUri, scope: 'openid fhirUser offline_access user/Patient.rs',
  state, nonce, aud: fhir, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
})) {
  link.searchParams.set(name, value);
}

console.log(link.href);
const parameters = oauth.validateAuthResponse(server, app, new URL(await read()), state);
const proof = { ...insecure, DPoP: oauth.DPoP(app, proofKeys) };
const codeResponse = await oauth.authorizationCodeGrantRequest(server, app, auth, parameters, redirectUri, verifier, proof);
const first = await oauth.processAuthorizationCodeResponse(server, app, codeResponse, { expectedNonce: nonce, requireIdToken: true });
await oauth.validateApplicationLevelSignature(server, codeResponse, insecure);
const identity = oauth.getValidatedIdTokenClaims(first);
const information = await oauth.processUserInfoResponse(
  server, app, identity.sub, await oauth.userInfoRequest(server, app, first.access_token, proof));
expect(information.fhirUser === `${fhir}/Practitioner/ana` && identity.fhirUser === information.fhirUser, 'fhirUser');

const refresh = async token => oauth.processRefreshTokenResponse(server, app, await oauth.refreshTokenGrantRequest(server, app, auth, token, proof));
const second = await refresh(first.refresh_token);
expect(second.refresh_token !== first.refresh_token, 'a new refresh token');
await refused(() => refresh(first.refresh_token), 'invalid_grant');
await refused(() => refresh(second.refresh_token), 'invalid_grant');
expect((await introspect(app, second.access_token)).active === false, 'reuse ends the family');
console.log('done');
process.exit(0);
