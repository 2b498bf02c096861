using Interop.Identity.Audit;
using Interop.Identity.Clients;
using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>The token endpoint, RFC 6749 section 3.2: who asks, with which proof, for which grant.</summary>
internal static class Token
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/token", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        ClientAuthentication authentication,
        DpopProofs proofs,
        GrantTypes grants,
        RequestLimits limits,
        SecurityTrail trail,
        CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var form = await OAuthForm.ReadAsync(http, limits, cancellationToken);
        var grant = form["grant_type"] ?? throw new OAuthException(OAuthException.InvalidRequest, "The grant_type is missing.");
        if (grant is not (Client.ClientCredentials or Client.AuthorizationCode or "refresh_token"))
        {
            throw new OAuthException(OAuthException.UnsupportedGrantType, "The grant_type is not supported.");
        }

        var client = await authentication.AuthenticateAsync(form, cancellationToken);
        http.Items[OAuthErrors.ClaimedClient] = client.ClientId;
        var jkt = await proofs.CheckAsync(http.Request, "/token", null, cancellationToken);
        if (jkt is null && client.RequiresDpop)
        {
            throw new OAuthException(OAuthException.InvalidDpopProof, "This client must send a DPoP proof.");
        }

        var answer = grant switch
        {
            Client.ClientCredentials => await grants.ClientCredentialsAsync(client, form, jkt, cancellationToken),
            Client.AuthorizationCode => await grants.AuthorizationCodeAsync(client, form, jkt, cancellationToken),
            _ => await grants.RefreshAsync(client, form, jkt, cancellationToken),
        };
        await trail.RecordAsync(new("token", false, client.ClientId, answer.AccountId, remote, grant), cancellationToken);
        http.Response.Headers.Pragma = "no-cache"; // RFC 6749 section 5.1; Cache-Control is on every answer
        return Results.Json(answer.ToJson());
    }
}
