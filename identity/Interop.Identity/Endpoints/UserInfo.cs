using Interop.Identity.Tables;
using Interop.Identity.Tokens;

namespace Interop.Identity.Endpoints;

/// <summary>The UserInfo endpoint, OpenID Connect Core section 5.3. A token bound by DPoP is taken only with its proof (RFC 9449 section 7).</summary>
internal static class UserInfo
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/userinfo", ["GET", "POST"], HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http, TokenStates states, DpopProof proofs, AccountStore accounts, CancellationToken cancellationToken)
    {
        if (http.Request.Headers.Authorization.ToString().Split(' ') is not [var scheme, var text])
        {
            return Refuse(http, "The request carries no access token.");
        }

        var issued = await states.ActiveAsync(text, cancellationToken);
        var isDpop = scheme.Equals("DPoP", StringComparison.OrdinalIgnoreCase);
        if (
            issued is null
                || isDpop != (issued.Content.Jkt is not null)
                || (!isDpop && !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)))
        {
            return Refuse(http, "The token is not valid here.");
        }

        if (isDpop && await proofs.CheckAsync(http.Request, "/userinfo", text, cancellationToken) != issued.Content.Jkt)
        {
            return Refuse(http, "The token comes without the proof of its key.");
        }

        if (
            !issued.Content.Scopes.Contains("openid")
                || await accounts.FindAsync(issued.Content.Subject, cancellationToken) is not { } account)
        {
            return Refuse(http, "The token does not cover this.");
        }

        var answer = new Dictionary<string, object> { ["sub"] = account.AccountId };
        if (issued.Content.Scopes.Contains("profile"))
        {
            answer["name"] = account.DisplayName;
        }

        if (issued.Content.Scopes.Contains("fhirUser") && account.FhirUser is not null)
        {
            answer["fhirUser"] = account.FhirUser;
        }

        return Results.Json(answer);
    }

    private static IResult Refuse(HttpContext http, string reason)
    {
        http.Response.Headers.Append("WWW-Authenticate", $"Bearer error=\"invalid_token\", error_description=\"{reason}\"");
        http.Response.Headers.Append(
            "WWW-Authenticate", $"DPoP error=\"invalid_token\", algs=\"{string.Join(' ', DpopProof.Algorithms)}\"");
        return Results.StatusCode(StatusCodes.Status401Unauthorized);
    }
}
