using System.Collections.Concurrent;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Security;

/// <summary>
/// Demands the DPoP proof that comes with a token bound to a key. Replays are refused per instance, which RFC 9449 section 11.1 allows:
/// a proof is for one method, address and token, and for a minute.
/// </summary>
internal sealed class DpopProofs(InteropSettings settings, TimeProvider clock)
{
    private const int MaxRemembered = 100_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);

    /// <summary>Why the request does not prove possession of the key, or null when it does. The sentence is safe to send.</summary>
    /// <param name="jkt">The thumbprint that the token is bound to.</param>
    public async ValueTask<string?> ObjectionAsync(HttpRequest request, string token, string jkt)
    {
        var now = clock.GetUtcNow();
        return await DpopProof.ReadAsync(request, AddressOf(request), token, jkt, now) switch
        {
            DpopReading.Proven proof => IsFirst(proof, now) ? null : "The DPoP proof was used before.",
            DpopReading.Flawed { Flaw: var flaw } => Sentence(flaw),
            _ => throw new InvalidOperationException("A reading is proven or flawed."),
        };
    }

    private static string Sentence(DpopFlaw flaw) => flaw switch
    {
        DpopFlaw.NotOneHeader => "The token needs one DPoP proof with each request.",
        DpopFlaw.Signature or DpopFlaw.OtherKey => "The DPoP proof is not of the token's key.",
        DpopFlaw.OtherMethod => "The DPoP proof is for another method.",
        DpopFlaw.OtherAddress => "The DPoP proof is for another address.",
        DpopFlaw.NotNow => "The DPoP proof is not of now.",
        DpopFlaw.OtherToken => "The DPoP proof is of another token.",
        DpopFlaw.NoId => "The DPoP proof has no jti.",
        _ => "The DPoP proof is malformed.",
    };

    /// <summary>The address as clients know it, which is not that of this machine behind a proxy.</summary>
    private string AddressOf(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        return path.StartsWith(FhirRequest.Root, StringComparison.Ordinal)
            ? settings.PublicUrl + path[FhirRequest.Root.Length..]
            : new Uri(settings.PublicUrl).GetLeftPart(UriPartial.Authority) + path;
    }

    private bool IsFirst(DpopReading.Proven proof, DateTimeOffset now)
    {
        if (seen.Count >= MaxRemembered)
        {
            foreach (var (key, expires) in seen)
            {
                if (expires < now)
                {
                    seen.TryRemove(key, out _);
                }
            }
        }

        return seen.Count < MaxRemembered && seen.TryAdd($"{proof.Jkt} {proof.Id}", proof.Expires);
    }
}
