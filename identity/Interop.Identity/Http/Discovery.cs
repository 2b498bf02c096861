using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Http;

/// <summary>
/// Metadata: OpenID Connect Discovery 1.0, RFC 8414 and https://hl7.org/fhir/smart-app-launch/conformance.html; and the keys.
/// </summary>
internal static class Discovery
{
    private static readonly string[] Capabilities =
    [
        "client-public", "client-confidential-asymmetric", "launch-ehr", "launch-standalone", "authorize-post", "sso-openid-connect",
        "context-banner", "context-ehr-patient", "context-ehr-encounter", "context-standalone-patient", "context-standalone-encounter",
        "permission-offline", "permission-online", "permission-patient", "permission-user", "permission-v1", "permission-v2",
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/.well-known/openid-configuration", (IdentitySettings settings) => Results.Json(Metadata(settings)));
        routes.MapGet("/.well-known/oauth-authorization-server", (IdentitySettings settings) => Results.Json(Metadata(settings)));
        routes.MapGet("/.well-known/smart-configuration", (IdentitySettings settings) => Results.Json(Smart(settings)));
        routes.MapGet("/jwks", KeysAsync);
    }

    private static Dictionary<string, object> Metadata(IdentitySettings settings) => new()
    {
        ["issuer"] = settings.Issuer,
        ["authorization_endpoint"] = settings.Endpoint("/authorize"),
        ["end_session_endpoint"] = settings.Endpoint(Authorization.EndSession.Path),
        ["token_endpoint"] = settings.Endpoint("/token"),
        ["introspection_endpoint"] = settings.Endpoint("/introspect"),
        ["revocation_endpoint"] = settings.Endpoint("/revoke"),
        ["interop_revocation_endpoint"] = settings.Endpoint("/revocations"),
        ["interop_origin_endpoint"] = settings.Endpoint("/origins"),
        ["interop_launch_endpoint"] = settings.Endpoint("/launch"),
        ["userinfo_endpoint"] = settings.Endpoint("/userinfo"),
        ["jwks_uri"] = settings.Endpoint("/jwks"),
        ["response_types_supported"] = (string[])["code"],
        ["response_modes_supported"] = (string[])["query"],
        ["grant_types_supported"] = (string[])[Client.AuthorizationCode, "refresh_token", Client.ClientCredentials],
        ["code_challenge_methods_supported"] = (string[])["S256"],
        ["token_endpoint_auth_methods_supported"] = (string[])["private_key_jwt", "none"],
        ["token_endpoint_auth_signing_alg_values_supported"] = ClientAuthentication.Algorithms,
        ["introspection_endpoint_auth_methods_supported"] = (string[])["private_key_jwt"],
        ["introspection_endpoint_auth_signing_alg_values_supported"] = ClientAuthentication.Algorithms,
        ["revocation_endpoint_auth_methods_supported"] = (string[])["private_key_jwt", "none"],
        ["revocation_endpoint_auth_signing_alg_values_supported"] = ClientAuthentication.Algorithms,
        ["dpop_signing_alg_values_supported"] = DpopProof.Algorithms,
        ["id_token_signing_alg_values_supported"] = (string[])[SecurityAlgorithms.RsaSha256],
        ["subject_types_supported"] = (string[])["public"],
        ["scopes_supported"] =
            (string[])[
                "openid", "profile", "fhirUser", "launch", "launch/patient", "launch/encounter", "offline_access", "online_access",
                "patient/*.cruds", "user/*.cruds", "system/*.cruds"
            ],
        ["claims_supported"] = (string[])["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "name", "fhirUser"],
        ["authorization_response_iss_parameter_supported"] = true,
        ["request_parameter_supported"] = false,
        ["request_uri_parameter_supported"] = false,
    };

    private static Dictionary<string, object> Smart(IdentitySettings settings)
    {
        var smart = Metadata(settings);
        smart["capabilities"] = Capabilities;
        smart["management_endpoint"] = settings.Endpoint("/account");
        return smart;
    }

    private static async Task<IResult> KeysAsync(SigningKeys keys, HttpResponse response, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "public, max-age=60";
        var published = await keys.PublishedAsync(cancellationToken);
        return Results.Json(
            new
            {
                keys = published.Select(key => new { kty = key.Kty, use = key.Use, alg = key.Alg, kid = key.Kid, n = key.N, e = key.E })
            });
    }
}
