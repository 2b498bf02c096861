using System.Globalization;
using System.Text.RegularExpressions;
using Interop.Identity.Clients;
using Interop.Identity.Http;
using Interop.Identity.Tokens;

namespace Interop.Identity.Authorization;

/// <summary>Reads and checks authorization requests; the order decides who may be told about a mistake.</summary>
internal sealed partial class AuthorizationReader(IdentitySettings settings, ClientStore clients)
{
    public async Task<AuthorizationReading> ReadAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        string? One(string name) => query[name] is [{ Length: > 0 } value] ? value : null;
        if (await clients.FindActiveAsync(One("client_id"), cancellationToken) is not { } client || !client.Uses(Client.AuthorizationCode))
        {
            return new AuthorizationReading.Untrusted("The client is not known.");
        }

        if (One("redirect_uri") is not { } redirect || !client.ReturnsTo(redirect))
        {
            return new AuthorizationReading.Untrusted("The redirect URI is not registered.");
        }

        try
        {
            return query.Any(parameter => parameter.Value.Count != 1)
                ? throw new OAuthException(OAuthException.InvalidRequest, "A parameter comes more than once.")
                : new AuthorizationReading.Valid(Read(client, redirect, One));
        }
        catch (OAuthException wrong)
        {
            return new AuthorizationReading.Refused(
                AuthorizationRequest.Refusal(
                    redirect, One("state"), settings.Issuer, wrong.Error, wrong.Message), client.ClientId, wrong.Message);
        }
    }

    private AuthorizationRequest Read(Client client, string redirect, Func<string, string?> one)
    {
        Demand(one("request") is null, "request_not_supported", "Request objects are not supported.");
        Demand(one("request_uri") is null, "request_uri_not_supported", "Request objects are not supported.");
        Demand(one("response_type") is not null, OAuthException.InvalidRequest, "The response_type is missing.");
        Demand(one("response_type") == "code", "unsupported_response_type", "The response_type must be code.");
        Demand(one("response_mode") is null or "query", OAuthException.InvalidRequest, "The response_mode must be query.");
        Demand(one("state") is { Length: <= 1024 }, OAuthException.InvalidRequest, "The state is missing or too long.");
        Demand(
            one("code_challenge") is { } challenge && Challenges().IsMatch(challenge),
            OAuthException.InvalidRequest,
            "PKCE is required: the code_challenge is missing or malformed.");
        Demand(one("code_challenge_method") == "S256", OAuthException.InvalidRequest, "The code_challenge_method must be S256.");
        Demand(
            one("nonce") is not { } nonce || (nonce.Length <= 512 && !nonce.Any(char.IsControl)),
            OAuthException.InvalidRequest,
            "The nonce is too long or has control characters.");
        Demand(
            one("dpop_jkt") is not { } thumbprint || Challenges().IsMatch(thumbprint),
            OAuthException.InvalidRequest,
            "The dpop_jkt is malformed.");

        var scopes = SpaceDelimited.Split(one("scope"));
        var isWithin = scopes.Count > 0 && Scope.FirstBeyond(client.Scopes, scopes) is null;
        Demand(
            isWithin && scopes.All(scope => Scope.TryParse(scope) is not { Context: "system" }),
            OAuthException.InvalidScope,
            "A scope is missing, not understood or beyond the client's registration.");
        Demand(
            scopes.Contains("launch") ? one("launch") is { Length: <= 100 } : one("launch") is null,
            OAuthException.InvalidRequest,
            "The scope launch and the parameter launch belong together.");
        var isForRecords = scopes.Any(scope => Scope.TryParse(scope) is { Context: not null });
        var target = one("aud") ?? one("resource");
        Demand(
            target is null ? !isForRecords : target.TrimEnd('/') == settings.FhirBase(client.IsSandbox),
            "invalid_target",
            "The aud must be the URL of the FHIR server that takes this client's tokens.");

        long? maxAge = long.TryParse(one("max_age"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        Demand(one("max_age") is null || maxAge is not null, OAuthException.InvalidRequest, "The max_age is malformed.");
        var purposes = Scope.Purposes(client.Purposes, one("purpose_of_use"));
        return new(
            settings.Issuer,
            client,
            redirect,
            one("state")!,
            scopes,
            purposes,
            one("code_challenge")!,
            one("nonce"),
            one("dpop_jkt"),
            SpaceDelimited.Split(one("prompt")),
            maxAge,
            one("launch"));
    }

    private static void Demand(bool holds, string error, string description)
    {
        if (!holds)
        {
            throw new OAuthException(error, description);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenges();
}
