using Interop.Identity.Tokens;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Testing;

/// <summary>One authorization_code flow of an app, from the link to the tokens.</summary>
internal sealed class CodeFlow(Registered app)
{
    public string Verifier { get; } = Secret.New();

    public string State { get; } = Secret.NewId();

    /// <summary>A correct authorization request, with parameters changed (null: left out).</summary>
    public string Link(params (string Name, string? Value)[] changed)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = app.ClientId,
            ["redirect_uri"] = Registered.Redirect,
            ["scope"] = "openid fhirUser offline_access user/Patient.rs",
            ["state"] = State,
            ["aud"] = app.Issuer.Settings.FhirUrl,
            ["nonce"] = "n-1",
            ["code_challenge"] = Secret.Hash(Verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changed)
        {
            parameters[name] = value;
        }

        return "/authorize"
            + new QueryBuilder(parameters.Where(parameter => parameter.Value is not null)
                .Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!)));
    }

    /// <summary>The parameters with which the browser came back to the app.</summary>
    public static Dictionary<string, string> Back(string? target)
    {
        Assert.NotNull(target);
        Assert.StartsWith(Registered.Redirect + "?", target, StringComparison.Ordinal);
        return Parameters(target);
    }

    public static Dictionary<string, string> Parameters(string address) =>
        QueryHelpers.ParseQuery(address[address.IndexOf('?', StringComparison.Ordinal)..])
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

    public async Task<string> CodeAsync(Person person, Browser browser, params (string Name, string? Value)[] changed)
    {
        var back = Back(await person.AllowAsync(browser, Link(changed)));
        return back.GetValueOrDefault("code") ?? throw new InvalidOperationException(string.Join(' ', back));
    }

    public Task<Answer> RedeemAsync(
        string code, string? proof = null, RunningIssuer? at = null, params (string Name, string? Value)[] changed) =>
        app.PostAsync(
            at ?? app.Issuer,
            "/token",
            new()
            {
                ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Registered.Redirect, ["code_verifier"] = Verifier
            },
            proof,
            changed);

    public static Task<Answer> RefreshAsync(
        Registered app,
        string refreshToken,
        string? proof = null,
        RunningIssuer? at = null,
        params (string Name, string? Value)[] changed) =>
        app.PostAsync(
            at ?? app.Issuer, "/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, proof, changed);

    /// <summary>The whole flow.</summary>
    public static async Task<Answer> TokensAsync(
        Registered app, Person person, Browser browser, string? proof = null, params (string Name, string? Value)[] changed)
    {
        var flow = new CodeFlow(app);
        return await flow.RedeemAsync(await flow.CodeAsync(person, browser, changed), proof);
    }
}
