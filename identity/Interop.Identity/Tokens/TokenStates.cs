using Interop.Identity.Authorization;
using Interop.Identity.Clients;

namespace Interop.Identity.Tokens;

/// <summary>
/// Whether an access token of ours still holds: signed and in time, and neither it nor its client, account, session or grant ended.
/// </summary>
internal sealed class TokenStates(TokenMint mint, GrantStore grants, ClientStore clients)
{
    public async Task<IssuedToken?> ActiveAsync(string token, CancellationToken cancellationToken)
    {
        var issued = await mint.ReadAsync(token, cancellationToken);
        if (issued is null || await grants.IsTokenRevokedAsync(issued.Jti, cancellationToken))
        {
            return null;
        }

        var holds = issued.Content.GrantId is { } grant
            ? await grants.FindActiveAsync(grant, cancellationToken) is not null
            : await clients.FindActiveAsync(issued.Content.ClientId, cancellationToken) is not null;
        return holds ? issued : null;
    }
}
