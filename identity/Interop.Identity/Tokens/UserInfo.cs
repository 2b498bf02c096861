using Interop.Identity.Accounts;

namespace Interop.Identity.Tokens;

/// <summary>The UserInfo endpoint, OpenID Connect Core section 5.3.</summary>
internal static class UserInfo
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/userinfo", ["GET", "POST"], HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext http, PresentedToken presented, AccountStore accounts, IdentitySettings settings, CancellationToken cancellationToken)
    {
        var (issued, reason) = await presented.ReadAsync(http.Request, "/userinfo", cancellationToken);
        if (issued is null)
        {
            return PresentedToken.Refuse(http, reason);
        }

        if (
            !issued.Content.Scopes.Contains("openid")
                || await accounts.FindAsync(issued.Content.Subject, cancellationToken) is not { } account)
        {
            return PresentedToken.Refuse(http, "The token does not cover this.");
        }

        var answer = new Dictionary<string, object> { ["sub"] = account.AccountId };
        if (issued.Content.Scopes.Contains("profile"))
        {
            answer["name"] = account.DisplayName;
        }

        if (issued.Content.Scopes.Contains("fhirUser") && account.FhirUser is not null)
        {
            answer["fhirUser"] = settings.FhirUserUrl(account.FhirUser, issued.Content.IsSandbox);
        }

        return Results.Json(answer);
    }
}
