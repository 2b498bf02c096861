// A certified provider (npm oidc-provider) with the registrations that the test gives it. People are signed in and consent at once:
// what is compared is what the protocols' endpoints refuse.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [library, jwks, redirectUri] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(library));

// The system gives the port, of which the provider's name is made; the test reads it from the one line that is printed.
const server = createServer();
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(url, {
  clients: [
    {
      client_id: 'hospital',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES384',
      jwks: JSON.parse(jwks),
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      scope: 'system/Patient.rs',
    },
    {
      client_id: 'app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [redirectUri],
      scope: 'openid offline_access',
    },
  ],
  scopes: ['openid', 'offline_access', 'system/Patient.rs', 'system/Consent.rs'],
  clientAuthMethods: ['private_key_jwt', 'none'],
  enabledJWA: { clientAuthSigningAlgValues: ['RS384', 'ES384'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client, code) => code.scopes.has('offline_access'),
  cookies: { keys: ['throwaway'] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true },
    devInteractions: { enabled: false },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});

const interact = async (request, response) => {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'ana' } });
  }
  const grant = new provider.Grant({ accountId: 'ana', clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
};

const answer = provider.callback();
server.on('request', (request, response) => (request.url.startsWith('/interaction/') ? interact(request, response) : answer(request, response)));
console.log(url);
process.stdin.on('end', () => process.exit()).resume();
