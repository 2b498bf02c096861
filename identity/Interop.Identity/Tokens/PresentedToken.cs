using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>
/// The access token that a request presents to the issuer itself. One bound by DPoP is taken only with its proof (RFC 9449 section 7).
/// </summary>
internal sealed class PresentedToken(TokenStates states, DpopProofs proofs)
{
    /// <summary>The token, or a sentence why there is none.</summary>
    /// <param name="path">The endpoint, below the issuer.</param>
    /// <exception cref="OAuthException">The proof does not hold.</exception>
    public async Task<(IssuedToken? Token, string Reason)> ReadAsync(HttpRequest request, string path, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization.ToString().Split(' ') is not [var scheme, var text])
        {
            return (null, "The request carries no access token.");
        }

        var issued = await states.ActiveAsync(text, cancellationToken);
        var isDpop = scheme.Equals("DPoP", StringComparison.OrdinalIgnoreCase);
        if (
            issued is null
                || isDpop != (issued.Content.Jkt is not null)
                || (!isDpop && !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)))
        {
            return (null, "The token is not valid here.");
        }

        return isDpop && await proofs.CheckAsync(request, path, text, cancellationToken) != issued.Content.Jkt
            ? (null, "The token comes without the proof of its key.")
            : (issued, string.Empty);
    }

    /// <summary>401 with the challenges of RFC 6750 and RFC 9449.</summary>
    public static IResult Refuse(HttpContext http, string reason)
    {
        http.Response.Headers.Append("WWW-Authenticate", $"Bearer error=\"invalid_token\", error_description=\"{reason}\"");
        http.Response.Headers.Append(
            "WWW-Authenticate", $"DPoP error=\"invalid_token\", algs=\"{string.Join(' ', DpopProof.Algorithms)}\"");
        return Results.StatusCode(StatusCodes.Status401Unauthorized);
    }
}
