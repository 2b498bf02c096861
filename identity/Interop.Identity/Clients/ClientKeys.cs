using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Clients;

/// <summary>
/// The public keys of clients. Key sets by URL are kept ten minutes, asked again for an unknown <c>kid</c> at most every ten
/// seconds, and used for an hour when the URL does not answer.
/// </summary>
internal sealed class ClientKeys(IHttpClientFactory http, TimeProvider clock)
{
    public const string HttpClient = "client-keys";
    public const int MaxBytes = 64 * 1024;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Usable = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(10);

    private const int MaxParsed = 10_000;

    private readonly ConcurrentDictionary<string, Fetched> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonWebKeySet> parsed = new(StringComparer.Ordinal);

    // Of the usual kinds, so that a check against them takes the usual time. Their private halves are gone.
    private static readonly JsonWebKey NobodysRsa =
        JsonWebKeyConverter.ConvertFromRSASecurityKey(new(RSA.Create(2048).ExportParameters(includePrivateParameters: false)));

    private static readonly JsonWebKey NobodysEc = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(
        new(ECDsa.Create(ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportParameters(includePrivateParameters: false))));

    /// <summary>A key for the algorithm that has signed nothing: to do the work of a check where there is no client to check.</summary>
    public static JsonWebKey Nobodys(string algorithm) => algorithm == SecurityAlgorithms.RsaSha384 ? NobodysRsa : NobodysEc;

    /// <summary>The client's key of that id, or null.</summary>
    public async Task<JsonWebKey?> FindAsync(Client client, string kid, CancellationToken cancellationToken)
    {
        if (client.Jwks is { } byValue)
        {
            return Pick(Parsed(byValue), kid);
        }

        if (client.JwksUri is not { } url)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var known = cache.GetValueOrDefault(url);
        if (known is not null && now - known.At < Fresh && Pick(known.Keys, kid) is { } key)
        {
            return key;
        }

        if (known is null || now - known.TriedAt >= BetweenFetches)
        {
            var keys = await FetchAsync(url, cancellationToken);
            known = keys is not null ? new(keys, now, now) : known is not null ? known with { TriedAt = now } : null;
            if (known is not null)
            {
                cache[url] = known;
            }
        }

        return known is not null && now - known.At < Usable ? Pick(known.Keys, kid) : null;
    }

    /// <summary>
    /// The same objects each time, because verifiers are kept per key object: reading a key costs more than a verification.
    /// </summary>
    private JsonWebKeySet Parsed(string jwks)
    {
        if (parsed.Count > MaxParsed)
        {
            parsed.Clear();
        }

        return parsed.GetOrAdd(jwks, text => new JsonWebKeySet(text));
    }

    private static JsonWebKey? Pick(JsonWebKeySet keys, string kid)
    {
        var matching = keys.Keys.Where(key => key.Kid == kid && key.Kty is ("RSA" or "EC") && key.Use is (null or "" or "sig")).ToList();
        return matching is [{ HasPrivateKey: false } only] ? only : null; // two keys of one id are no key
    }

    private async Task<JsonWebKeySet?> FetchAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var client = http.CreateClient(HttpClient);
            return new JsonWebKeySet(await client.GetStringAsync(url, cancellationToken));
        }
        catch (Exception failure) when (failure is ArgumentException || OutgoingCalls.IsFailure(failure, cancellationToken))
        {
            return null; // the caller refuses the client, or goes on with keys of the last hour
        }
    }

    private sealed record Fetched(JsonWebKeySet Keys, DateTimeOffset At, DateTimeOffset TriedAt);
}
