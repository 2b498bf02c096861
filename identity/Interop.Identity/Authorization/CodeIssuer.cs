using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Http;
using Interop.Identity.Launches;
using Interop.Identity.Tokens;

namespace Interop.Identity.Authorization;

/// <summary>Gives authorization codes for what a person has approved.</summary>
internal sealed class CodeIssuer(GrantStore grants, LaunchStore launches, ApprovalStore approvals, SecurityTrail trail)
{
    /// <summary>
    /// Whether the person need not be asked again. Always asked where nobody can tell which program listens behind the redirect URI
    /// (RFC 8252 section 8.6).
    /// </summary>
    public async Task<bool> IsApprovedAsync(AuthorizationRequest request, Account account, CancellationToken cancellationToken)
    {
        if (
            request.Prompts.Contains("consent")
                || (request.Client.IsPublic && !request.RedirectUri.StartsWith("https://", StringComparison.Ordinal)))
        {
            return false;
        }

        var approved = await approvals.FindAsync(account.AccountId, request.Client.ClientId, cancellationToken);
        return Scope.FirstBeyond(approved, request.Scopes) is null;
    }

    /// <returns>Where the browser goes now.</returns>
    public async Task<string> IssueAsync(
        AuthorizationRequest request, SignedIn person, LaunchContext context, string? remote, CancellationToken cancellationToken)
    {
        if (context.LaunchHash is not null && !await launches.TryUseAsync(context.LaunchHash, cancellationToken))
        {
            const string Used = "The launch was used or is over.";
            await trail.RecordAsync(
                new("authorize", true, request.Client.ClientId, person.Account.AccountId, remote, Used), cancellationToken);
            return request.Refusal(OAuthException.InvalidRequest, Used);
        }

        var code = Secret.New();
        var grant = new AuthorizationGrant
        {
            GrantId = Secret.NewId(),
            ClientId = request.Client.ClientId,
            AccountId = person.Account.AccountId,
            SessionId = person.Session.SessionId,
            Scopes = SpaceDelimited.Join(request.Scopes),
            Purposes = SpaceDelimited.Join(request.Purposes.Intersect(SpaceDelimited.Split(person.Account.Purposes))),
            Patient = context.Patient,
            Encounter = context.Encounter,
            NeedsBanner = context.NeedsBanner ? 1 : 0,
            IsOffline = request.Scopes.Contains("offline_access") ? 1 : 0,
        };
        await grants.StartAsync(
            grant,
            new AuthorizationCode
            {
                Hash = Secret.Hash(code), RedirectUri = request.RedirectUri, Challenge = request.Challenge, Nonce = request.Nonce,
                Jkt = request.Jkt
            },
            cancellationToken);
        await trail.RecordAsync(
            new("authorize", false, request.Client.ClientId, person.Account.AccountId, remote, null), cancellationToken);
        return request.Success(code);
    }

    public Task RememberAsync(AuthorizationRequest request, Account account, CancellationToken cancellationToken) =>
        approvals.RememberAsync(account.AccountId, request.Client.ClientId, request.Scopes, cancellationToken);
}
