using Interop.Identity.Tables;
using Interop.Identity.Tokens;

namespace Interop.Identity.Endpoints;

/// <summary>
/// Whether an access token of ours still holds: signed and in time, and neither it nor its client, account, session or family ended.
/// </summary>
internal sealed class TokenStates(TokenMint mint, FamilyStore families, ClientStore clients)
{
    public async Task<IssuedToken?> ActiveAsync(string token, CancellationToken cancellationToken)
    {
        var issued = await mint.ReadAsync(token, cancellationToken);
        if (issued is null || await families.IsTokenRevokedAsync(issued.Jti, cancellationToken))
        {
            return null;
        }

        var holds = issued.Content.FamilyId is { } family
            ? await families.FindActiveAsync(family, cancellationToken) is not null
            : await clients.FindActiveAsync(issued.Content.ClientId, cancellationToken) is not null;
        return holds ? issued : null;
    }
}
