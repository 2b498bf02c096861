using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>The DPoP proofs of requests to the issuer, each good once at all instances together.</summary>
internal sealed class DpopProofs(IdentitySettings settings, SeenStore seen, TimeProvider clock)
{
    /// <summary>The thumbprint of the proof's key, or null when the request carries no proof.</summary>
    /// <param name="path">The endpoint below the issuer.</param>
    /// <param name="accessToken">The token that comes with the proof, or null at the token endpoint.</param>
    /// <exception cref="OAuthException">The proof does not hold.</exception>
    public async Task<string?> CheckAsync(HttpRequest request, string path, string? accessToken, CancellationToken cancellationToken)
    {
        if (request.Headers[DpopProof.Header].Count == 0)
        {
            return null;
        }

        return await DpopProof.ReadAsync(request, settings.Endpoint(path), accessToken, jkt: null, clock.GetUtcNow()) switch
        {
            DpopReading.Proven proof => await seen.TryAddAsync("dpop:" + proof.Jkt, proof.Id, proof.Expires, cancellationToken)
                ? proof.Jkt
                : throw Refused("The proof was used before."),
            DpopReading.Flawed flawed => throw Refused(flawed.Sentence),
            _ => throw new InvalidOperationException("A reading is proven or flawed."),
        };
    }

    private static OAuthException Refused(string reason) => new(OAuthException.InvalidDpopProof, reason);
}
