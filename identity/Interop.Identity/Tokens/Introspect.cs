using Interop.Identity.Clients;
using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>
/// Token introspection, RFC 7662, for resource servers (clients with the scope <c>introspection</c>) and a client's own tokens.
/// </summary>
internal static class Introspect
{
    public const string Scope = "introspection";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/introspect", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        ClientAuthentication authentication,
        TokenStates states,
        RequestLimits limits,
        IdentitySettings settings,
        CancellationToken cancellationToken)
    {
        var form = await OAuthForm.ReadAsync(http, limits, cancellationToken);
        var client = await authentication.AuthenticateAsync(form, cancellationToken);
        if (client.IsPublic)
        {
            throw new OAuthException(OAuthException.InvalidClient, "Introspection needs private_key_jwt.");
        }

        var text = form["token"] ?? throw new OAuthException(OAuthException.InvalidRequest, "The token is missing.");
        var issued = await states.ActiveAsync(text, cancellationToken);
        return issued is not null && (issued.Content.ClientId == client.ClientId || client.Scopes.Contains(Scope))
            ? Results.Json(Describe(issued, settings))
            : Results.Json(new { active = false });
    }

    private static Dictionary<string, object> Describe(IssuedToken issued, IdentitySettings settings)
    {
        var content = issued.Content;
        var answer = new Dictionary<string, object>
        {
            ["active"] = true,
            ["iss"] = settings.Issuer,
            ["aud"] = settings.Audience,
            ["jti"] = issued.Jti,
            ["iat"] = issued.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = issued.Expires.ToUnixTimeSeconds(),
            ["client_id"] = content.ClientId,
            ["sub"] = content.Subject,
            ["scope"] = SpaceDelimited.Join(content.Scopes),
            ["agency"] = content.Agency,
            ["purpose_of_use"] = content.Purposes,
            ["roles"] = content.Roles,
            ["token_type"] = content.Jkt is null ? "Bearer" : "DPoP",
        };
        foreach (var (name, value) in ((string, object?)[])
        [
            ("fhirUser", content.FhirUser is null ? null : settings.FhirUserUrl(content.FhirUser, content.IsSandbox)),
            ("patient", content.Patient),
            ("encounter", content.Encounter),
            ("need_patient_banner", content.NeedsPatientBanner),
            ("cnf", content.Jkt is null ? null : new { jkt = content.Jkt }),
            ("sandbox", content.IsSandbox ? true : null),
        ])
        {
            if (value is not null)
            {
                answer[name] = value;
            }
        }

        return answer;
    }
}
