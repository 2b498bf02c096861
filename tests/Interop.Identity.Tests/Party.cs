using System.Text.Json;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.AspNetCore.Http.Extensions;

namespace Interop.Identity.Tests;

/// <summary>An authorization server that is asked: ours, or the oracle. Both know the clients <c>hospital</c> and <c>app</c>.</summary>
/// <param name="Url">Where it listens, which is its issuer name as well.</param>
/// <param name="Key">The key of <c>hospital</c>.</param>
/// <param name="Now">Its clock.</param>
/// <param name="AllowAsync">Opens a link in the browser, and signs in and consents where asked; gives where it led outside.</param>
internal sealed record Party(
    string Url,
    HttpClient Http,
    JsonElement Metadata,
    ClientKey Key,
    Func<DateTimeOffset> Now,
    Browser Browser,
    Func<string, Task<string?>> AllowAsync)
{
    public string Endpoint(string name) => Metadata.GetProperty(name).GetString()!;

    public string Assertion(
        Dictionary<string, object?>? changed = null, ClientKey? key = null, Dictionary<string, object>? headers = null) =>
        (key ?? Key).Assertion("hospital", Url, Now(), changed, headers: headers);

    public string Proof(ClientKey key, Dictionary<string, object?>? changed = null, object? jwk = null) =>
        key.Proof("POST", Endpoint("token_endpoint"), Now(), null, changed, jwk: jwk);

    /// <summary>Asks for a token by client_credentials, correctly but for what is changed.</summary>
    public Task<Answer> TokenAsync(string? proof = null, params (string Name, string? Value)[] changed) => PostAsync(
        "token_endpoint",
        new()
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = "system/Patient.rs",
            ["client_id"] = "hospital",
            ["client_assertion_type"] = ClientAuthentication.AssertionType,
            ["client_assertion"] = Assertion(),
        },
        proof,
        changed);

    public Task<Answer> WithAssertionAsync(string assertion) => TokenAsync(null, ("client_assertion", assertion));

    /// <summary>The parameters with which the browser comes back from an authorization request, correct but for what is changed.</summary>
    public async Task<Dictionary<string, string>?> AuthorizeAsync(string verifier, params (string Name, string? Value)[] changed)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = "app",
            ["redirect_uri"] = Registered.Redirect,
            ["scope"] = "openid offline_access",
            ["prompt"] = "consent",
            ["state"] = "state-1",
            ["nonce"] = "nonce-1",
            ["code_challenge"] = Secret.Hash(verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changed)
        {
            parameters[name] = value;
        }

        var query = new QueryBuilder(parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
        var target = await AllowAsync(new Uri(Endpoint("authorization_endpoint")).AbsolutePath + query);
        return target is null ? null : CodeFlow.Back(target.Replace('#', '?')); // implicit and hybrid requests are refused in the fragment
    }

    public async Task<string> CodeAsync(string verifier) =>
        (await AuthorizeAsync(
            verifier) ?? throw new InvalidOperationException($"{Url} gave no code: {Browser.Last.StatusCode} at {Browser.Path}"))["code"];

    public Task<Answer> RedeemAsync(string code, string verifier, string? proof = null, params (string Name, string? Value)[] changed) =>
        PostAsync(
            "token_endpoint",
            new()
            {
                ["grant_type"] = "authorization_code", ["client_id"] = "app", ["code"] = code, ["redirect_uri"] = Registered.Redirect,
                ["code_verifier"] = verifier
            },
            proof,
            changed);

    public async Task<Answer> CodeTokensAsync(string? proof = null)
    {
        var verifier = Secret.New();
        return await RedeemAsync(await CodeAsync(verifier), verifier, proof);
    }

    public Task<Answer> RefreshAsync(string token, string? proof = null) => PostAsync(
        "token_endpoint", new() { ["grant_type"] = "refresh_token", ["client_id"] = "app", ["refresh_token"] = token }, proof);

    public async Task<Answer> PostAsync(
        string endpoint, Dictionary<string, string?> form, string? proof = null, params (string Name, string? Value)[] changed)
    {
        foreach (var (name, value) in changed)
        {
            form[name] = value;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint(endpoint))
        {
            Content = new FormUrlEncodedContent(
                form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, field.Value!))),
        };
        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }
}
