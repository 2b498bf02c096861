using Interop.Identity.Accounts;
using Interop.Identity.Audit;
using Interop.Identity.Http;
using Interop.Identity.Launches;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Identity.Authorization;

/// <summary>The authorization endpoint, RFC 6749 section 3.1: sends the browser to sign in, to consent, or back with a code.</summary>
internal static class Authorize
{
    /// <summary>What fits into a request line, of which the server takes 8 kB.</summary>
    private const int MaxQuery = 6_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/authorize", HandleAsync);
        routes.MapPost("/authorize", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            // authorize-post of SMART: from here on it is a GET, so that the rest has one way in.
            var query = QueryString.Create(await OAuthForm.ReadFieldsAsync(request, cancellationToken));
            return query.Value!.Length <= MaxQuery
                ? Results.Redirect("/authorize" + query, false, false)
                : throw new OAuthException(OAuthException.InvalidRequest, "The authorization request is too long.");
        }).DisableAntiforgery();
    }

    private static async Task<IResult> HandleAsync(
        HttpContext http,
        AuthorizationReader reader,
        Browsers browsers,
        LaunchContexts contexts,
        CodeIssuer codes,
        IdentitySettings settings,
        SecurityTrail trail,
        TimeProvider clock)
    {
        var remote = http.Connection.RemoteIpAddress?.ToString();
        switch (await reader.ReadAsync(http.Request.Query, http.RequestAborted))
        {
            case AuthorizationReading.Untrusted untrusted:
                await trail.RecordAsync(
                    new("authorize", true, http.Request.Query["client_id"], null, remote, untrusted.Reason), http.RequestAborted);
                return Results.Text($"This link can't be trusted. {untrusted.Reason}", statusCode: StatusCodes.Status400BadRequest);
            case AuthorizationReading.Refused refused:
                await trail.RecordAsync(new("authorize", true, refused.ClientId, null, remote, refused.Reason), http.RequestAborted);
                return Results.Redirect(refused.Redirect);
            case AuthorizationReading.Valid { Request: var request }:
                var person = await browsers.FindAsync(http);
                var isSilent = request.Prompts.Contains("none");
                var isTooOld = person is not null
                    && request.MaxAge is { } age
                    && clock.GetUtcNow() - Instants.ToDateTimeOffset(person.Session.CreatedAt) > TimeSpan.FromSeconds(
                        Math.Min(age, 1_000_000_000));
                if (person is null || isTooOld || request.Prompts.Contains("login"))
                {
                    return Results.Redirect(
                        isSilent ? request.Refusal("login_required", "Nobody is signed in.") : Page("/sign-in", Again(http.Request)));
                }

                if (settings.RequiresSecondFactor && !person.Session.HasSecondFactor)
                {
                    return Results.Redirect(
                        isSilent
                            ? request.Refusal("interaction_required", "A second factor is needed.")
                            : Page("/enrol", Again(http.Request)));
                }

                if (person.Account.Organization != request.Client.Organization)
                {
                    await trail.RecordAsync(
                        new(
                            "authorize",
                            true,
                            request.Client.ClientId,
                            person.Account.AccountId,
                            remote,
                            "The person is of another agency than the client."),
                        http.RequestAborted);
                    return Results.Redirect(request.Refusal("access_denied", "This person may not use this client."));
                }

                switch (await contexts.ReadAsync(request, person, http.Request.Query[LaunchContexts.Chosen], http.RequestAborted))
                {
                    case ContextReading.Refused refused:
                        await trail.RecordAsync(
                            new("authorize", true, request.Client.ClientId, person.Account.AccountId, remote, refused.Description),
                            http.RequestAborted);
                        return Results.Redirect(request.Refusal(refused.Error, refused.Description));
                    case ContextReading.Missing:
                        return Results.Redirect(
                            isSilent
                                ? request.Refusal("interaction_required", "The person must choose whom it is about.")
                                : "/context" + http.Request.QueryString);
                    case ContextReading.Known known when await codes.IsApprovedAsync(request, person.Account, http.RequestAborted):
                        return Results.Redirect(await codes.IssueAsync(request, person, known.Context, remote, http.RequestAborted));
                    default:
                        break;
                }

                return Results.Redirect(
                    isSilent
                        ? request.Refusal("consent_required", "The person has not approved this.")
                        : "/consent" + http.Request.QueryString);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static string Page(string path, string returnUrl) => QueryHelpers.AddQueryString(path, "returnUrl", returnUrl);

    /// <summary>The same request, without what has been satisfied by signing in anew.</summary>
    private static string Again(HttpRequest request) =>
        "/authorize" + QueryString.Create(
            request.Query.Where(
                parameter => parameter.Key is not ("max_age") && !(parameter.Key == "prompt" && parameter.Value == "login")));
}
