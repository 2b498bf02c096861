using Interop.Identity.Audit;
using Interop.Identity.Authorization;
using Interop.Identity.Clients;
using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>
/// Token revocation, RFC 7009. A refresh token takes its grant with it; an unknown or foreign token is answered like a revoked one.
/// </summary>
internal static class Revoke
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/revoke", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        ClientAuthentication authentication,
        TokenMint mint,
        GrantStore grants,
        RequestLimits limits,
        SecurityTrail trail,
        CancellationToken cancellationToken)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        var form = await OAuthForm.ReadAsync(http, limits, cancellationToken);
        var client = await authentication.AuthenticateAsync(form, cancellationToken);
        var text = form["token"] ?? throw new OAuthException(OAuthException.InvalidRequest, "The token is missing.");
        if (await grants.FindRefreshTokenAsync(Secret.Hash(text), cancellationToken) is { } refresh)
        {
            if (refresh.ClientId == client.ClientId)
            {
                await grants.RevokeAsync(refresh.GrantId, cancellationToken);
                await trail.RecordAsync(new("revoke", false, client.ClientId, null, remote, "refresh token"), cancellationToken);
            }
        }
        else if (await mint.ReadAsync(text, cancellationToken) is { } issued && issued.Content.ClientId == client.ClientId)
        {
            await grants.RevokeTokenAsync(issued.Jti, issued.Expires, cancellationToken);
            await trail.RecordAsync(new("revoke", false, client.ClientId, null, remote, "access token"), cancellationToken);
        }

        return Results.Ok();
    }
}
