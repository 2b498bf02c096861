using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Identity.Authorization;

/// <summary>A checked authorization request: RFC 6749 section 4.1.1, PKCE, and SMART's parameters.</summary>
/// <param name="Purposes">v3-ActReason codes that the client may have and asks for.</param>
/// <param name="Jkt"><c>dpop_jkt</c>, RFC 9449 section 10.</param>
/// <param name="Launch">The value of a launch that another system prepared, or null.</param>
/// <param name="Prompts">Words of <c>prompt</c>, OpenID Connect Core section 3.1.2.1.</param>
internal sealed record AuthorizationRequest(
    string Issuer,
    Client Client,
    string RedirectUri,
    string State,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Purposes,
    string Challenge,
    string? Nonce,
    string? Jkt,
    IReadOnlyList<string> Prompts,
    long? MaxAge,
    string? Launch)
{
    /// <summary>A scope about one patient needs the patient, whether or not the app asks to be told who it is.</summary>
    public bool NeedsPatient =>
        NeedsEncounter || Scopes.Any(scope => scope == "launch/patient" || Scope.TryParse(scope) is { Context: "patient" });

    public bool NeedsEncounter => Scopes.Contains("launch/encounter");

    /// <summary>Where the browser goes with the code: <c>state</c>, and <c>iss</c> against mix-up (RFC 9207).</summary>
    public string Success(string code) =>
        QueryHelpers.AddQueryString(RedirectUri, new Dictionary<string, string?> { ["code"] = code, ["state"] = State, ["iss"] = Issuer });

    public string Refusal(string error, string description) => Refusal(RedirectUri, State, Issuer, error, description);

    public static string Refusal(string redirectUri, string? state, string issuer, string error, string description)
    {
        var query = new Dictionary<string, string?> { ["error"] = error, ["error_description"] = description, ["iss"] = issuer };
        if (state is not null)
        {
            query["state"] = state;
        }

        return QueryHelpers.AddQueryString(redirectUri, query);
    }
}
