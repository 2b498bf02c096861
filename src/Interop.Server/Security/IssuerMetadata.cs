using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Interop.Server.Security;

/// <summary>
/// An issuer's metadata and keys. Asked again every five minutes, and at once for an unknown key: the library's own manager then
/// answers with the old keys while it looks in the background, so the first requests after a rotation would be refused.
/// </summary>
internal sealed class IssuerMetadata(string authority, HttpDocumentRetriever documents)
{
    private const long FreshMilliseconds = 5 * 60_000;
    private const long ReachMilliseconds = 10_000;
    private const long BetweenTriesMilliseconds = 1_000;

    private readonly OpenIdConnectConfigurationRetriever retriever = new();
    private readonly Lock gate = new();
    private Task<OpenIdConnectConfiguration>? looking;
    private volatile OpenIdConnectConfiguration? known;
    private long knownAt;
    private long triedAt;
    private volatile bool hasAnswered;

    /// <exception cref="Exception">The issuer does not answer and never did.</exception>
    public async Task<OpenIdConnectConfiguration> CurrentAsync(CancellationToken cancellationToken) =>
        known is { } current && Environment.TickCount64 - Interlocked.Read(ref knownAt) < FreshMilliseconds
            ? current
            : await LookAsync(cancellationToken);

    /// <summary>The metadata after another look, which is taken at most once a second.</summary>
    public Task<OpenIdConnectConfiguration> LookAgainAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    /// <summary>Whether it answers, as far as the last ten seconds have shown.</summary>
    public async Task<bool> IsInReachAsync(CancellationToken cancellationToken)
    {
        if (hasAnswered && Environment.TickCount64 - Interlocked.Read(ref knownAt) < ReachMilliseconds)
        {
            return true;
        }

        try
        {
            await LookAsync(cancellationToken);
            return hasAnswered;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>All who wait share one look.</summary>
    private Task<OpenIdConnectConfiguration> LookAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (looking is null || (looking.IsCompleted && Environment.TickCount64 - triedAt >= BetweenTriesMilliseconds))
            {
                triedAt = Environment.TickCount64;
                looking = FetchAsync();
            }

            return looking.WaitAsync(cancellationToken);
        }
    }

    private async Task<OpenIdConnectConfiguration> FetchAsync()
    {
        try
        {
            known = await ((IConfigurationRetriever<OpenIdConnectConfiguration>)retriever).GetConfigurationAsync(
                authority + "/.well-known/openid-configuration", documents, CancellationToken.None);
            Interlocked.Exchange(ref knownAt, Environment.TickCount64);
            hasAnswered = true;
        }
        catch (Exception) when (known is not null)
        {
            hasAnswered = false;

            // An issuer that is away takes nobody's access before its tokens expire; a minute until the next look.
            Interlocked.Exchange(ref knownAt, Environment.TickCount64 - FreshMilliseconds + 60_000);
        }

        return known;
    }
}
