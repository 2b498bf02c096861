using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Identity.Clients;
using Interop.Identity.Tokens;
using Microsoft.IdentityModel.Tokens;
using Xunit.Abstractions;

namespace Interop.Identity.Tests.Peers;

/// <summary>
/// The same requests go to our issuer and to a certified provider (npm oidc-provider, run by node): both answer with the same kind of
/// status and the same OAuth error, but for differences that the specifications allow and that are named here.
/// </summary>
public sealed class OracleTests(ITestOutputHelper output)
{
    private const string Library = "oidc-provider/node_modules/oidc-provider/lib/index.js";

    /// <summary>Where we differ from the oracle, ours first, and why we may.</summary>
    private static readonly Dictionary<string, (string Ours, string Oracles, string Reason)> Differences = new()
    {
        ["assertion: wrong sub"] = (
            "4xx invalid_client",
            "4xx invalid_request",
            "RFC 7521 section 4.2.1 has invalid_client for an assertion that does not hold; the oracle judges the contradicting "
                + "client_id first."),
        ["assertion: future iat"] = (
            "4xx invalid_client",
            "2xx a token",
            "RFC 7523 section 3 lets a server reject by iat; the issue demands it, as a clock that is wrong there makes the "
                + "lifetime wrong."),
        ["assertion: too long-lived"] = (
            "4xx invalid_client",
            "2xx a token",
            "SMART: the expiry shall be no more than five minutes in the future; RFC 7523 leaves the limit to the server."),
        ["assertion: no JWT"] = (
            "4xx invalid_client",
            "4xx invalid_request",
            "RFC 7521 section 4.2.1: an assertion that is not valid is invalid_client; malformed is one way of it."),
        ["form: bad assertion type"] = (
            "4xx invalid_client",
            "4xx invalid_request",
            "RFC 6749 section 5.2 has invalid_client for an unsupported authentication method, and SMART names it for this."),
        ["form: client_id of another"] = (
            "4xx invalid_client",
            "4xx invalid_request",
            "RFC 7521 section 4.2: the client_id must identify the assertion's client; which error says so is left open."),
        ["form: grant the client is not registered for"] = (
            "4xx unauthorized_client", "4xx invalid_request", "RFC 6749 section 5.2: the client is not authorized to use this grant type."),
        ["authorize: hybrid"] = (
            "unsupported_response_type",
            "invalid_request",
            "RFC 6749 section 4.1.2.1 has unsupported_response_type for what a server never gives; both refuse."),
        ["introspection: without authentication"] = (
            "4xx invalid_client",
            "4xx invalid_request",
            "RFC 7662 section 2.3 has 401 and invalid_client for credentials that are wrong; absent ones are no better."),
        ["DPoP: replayed"] = (
            "2xx a token, 4xx invalid_dpop_proof",
            "2xx a token, 4xx invalid_grant",
            "RFC 9449 section 5: an invalid proof is invalid_dpop_proof, and a used one is invalid (section 4.3, 11.1)."),
    };

    [NodeFact(Library)]
    public async Task The_issuer_refuses_what_a_certified_provider_refuses_and_says_the_same()
    {
        await using var issuer = await RunningIssuer.StartAsync();
        var key = ClientKey.Ec();
        await Registered.BackendAsync(issuer, key, scopes: "system/Patient.rs");
        await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer);
        await using var browser = Browser.At(issuer);
        var ours = new Party(
            issuer.Issuer, issuer.Http, await issuer.GetJsonAsync(
                "/.well-known/openid-configuration"), key, issuer.Clock.GetUtcNow, browser, link =>
                person.AllowAsync(browser, link));

        using var node = Start(key);
        var (noise, errors) = (node.StandardError.ReadToEndAsync(), new List<string>());
        try
        {
            var url = await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? "none";
            Assert.StartsWith("http://127.0.0.1:", url, StringComparison.Ordinal);
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
            {
                BaseAddress = new Uri(url)
            };
            await using var oracleBrowser = Browser.At(url);
            var metadata = JsonDocument.Parse(await http.GetStringAsync("/.well-known/openid-configuration")).RootElement;
            var oracle = new Party(url, http, metadata, key, () => DateTimeOffset.UtcNow, oracleBrowser, oracleBrowser.OpenAsync);

            foreach (var (name, ask) in Requests())
            {
                var (our, its) = (await ask(ours), await ask(oracle));
                output.WriteLine($"{name}: {our} / {its}");
                var expected = Differences.TryGetValue(name, out var difference) ? (difference.Ours, difference.Oracles) : (our, our);
                if ((our, its) != expected)
                {
                    errors.Add($"{name}: ours {our}, the oracle {its}");
                }
            }

            Assert.Empty(errors);
            Assert.Empty(Differences.Keys.Except(Requests().Select(request => request.Name)));
        }
        finally
        {
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            output.WriteLine(await noise);
        }
    }

    private static Process Start(ClientKey key) => Process.Start(new ProcessStartInfo(
        "node",
        [Path.Combine(AppContext.BaseDirectory, "Oracle", "oracle.mjs"), Repository.Fetched(Library), key.Jwks, Registered.Redirect])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>The kind of status, and the error or what was given.</summary>
    private static string Kind(Answer answer) =>
        $"{(int)answer.Status / 100}xx {answer["error"] ?? answer["active"] ?? (answer["access_token"] is null ? "nothing" : "a token")}";

    private static string Kind(Dictionary<string, string>? back) =>
        back is null ? "no redirect" : back.GetValueOrDefault("error") ?? (back.ContainsKey("code") ? "a code" : "nothing");

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Requests() =>
    [
        .. Assertions(), .. Forms(), .. Codes(), .. Refreshes(), .. Introspections(), .. Proofs(),
    ];

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Assertions()
    {
        (string, Func<Party, Task<string>>) Case(string name, Func<Party, string> assertion) =>
            ("assertion: " + name, async party => Kind(await party.WithAssertionAsync(assertion(party))));
        (string, Func<Party, Task<string>>) Claim(string name, string claim, Func<Party, object?> value) =>
            Case(name, party => party.Assertion(new() { [claim] = value(party) }));
        return
        [
            Case("correct", party => party.Assertion()),
            Claim("wrong aud", "aud", _ => "https://other.example"),
            Claim("wrong iss", "iss", _ => "other"),
            Claim("wrong sub", "sub", _ => "other"),
            Claim("no jti", "jti", _ => null),
            Claim("no exp", "exp", _ => null),
            Claim("expired", "exp", party => party.Now().AddMinutes(-1).ToUnixTimeSeconds()),
            Claim("future iat", "iat", party => party.Now().AddMinutes(2).ToUnixTimeSeconds()),
            Claim("future nbf", "nbf", party => party.Now().AddMinutes(2).ToUnixTimeSeconds()),
            Claim("too long-lived", "exp", party => party.Now().AddHours(1).ToUnixTimeSeconds()),
            Case("wrong key", party => party.Assertion(key: ClientKey.Ec())),
            Case("unknown kid", party => party.Assertion(key: ClientKey.Ec("ec-2"))),
            Case("wrong algorithm", party => party.Assertion(key: ClientKey.Rsa("ec-1", "RS256"))),
            Case("none", party => Base64UrlEncoder.Encode("""{"alg":"none","kid":"ec-1"}""") + "." + party.Assertion().Split('.')[1] + "."),
            Case("HMAC with the public key", party => party.Key.Assertion(
                "hospital", party.Url, party.Now(), credentials: new SigningCredentials(
                    new SymmetricSecurityKey(SHA256.HashData(Encoding.UTF8.GetBytes(party.Key.Jwks))) { KeyId = "ec-1" }, "HS256"))),
            Case("no JWT", _ => "nonsense"),
            ("assertion: replayed", async party =>
            {
                var assertion = party.Assertion();
                return Kind(await party.WithAssertionAsync(assertion)) + ", " + Kind(await party.WithAssertionAsync(assertion));
            }),
        ];
    }

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Forms()
    {
        (string, Func<Party, Task<string>>) Case(string name, string parameter, string? value) =>
            ("form: " + name, async party => Kind(await party.TokenAsync(null, (parameter, value))));
        return
        [
            Case("unsupported grant type", "grant_type", "password"),
            Case("no grant type", "grant_type", null),
            Case("bad assertion type", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
            Case("no assertion", "client_assertion", null),
            Case("scope beyond registration", "scope", "system/Consent.rs"),
            Case("client_id of another", "client_id", "app"),
            ("form: grant the client is not registered for", async party => Kind(await party.PostAsync(
                "token_endpoint", new() { ["grant_type"] = "client_credentials", ["client_id"] = "app", ["scope"] = "openid" }))),
            ("form: unknown client", async party => Kind(await party.PostAsync(
                "token_endpoint",
                new()
                {
                    ["grant_type"] = "authorization_code", ["client_id"] = "nobody", ["code"] = "x", ["code_verifier"] = Secret.New()
                }))),
        ];
    }

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Codes()
    {
        (string, Func<Party, Task<string>>) Request(string name, params (string Name, string? Value)[] changed) =>
            ("authorize: " + name, async party => Kind(await party.AuthorizeAsync(Secret.New(), changed)));
        (string, Func<Party, Task<string>>) Redemption(string name, params (string Name, string? Value)[] changed) =>
            ("code: " + name, async party =>
            {
                var verifier = Secret.New();
                return Kind(await party.RedeemAsync(await party.CodeAsync(verifier), verifier, null, changed));
            });
        return
        [
            Request("correct"),
            Request("no PKCE", ("code_challenge", null), ("code_challenge_method", null)),
            Request("plain PKCE", ("code_challenge_method", "plain")),
            Request("implicit", ("response_type", "token")),
            Request("hybrid", ("response_type", "code id_token")),
            Request("no response type", ("response_type", null)),
            Request("unregistered redirect URI", ("redirect_uri", "https://evil.example/callback")),
            Request("longer redirect URI", ("redirect_uri", Registered.Redirect + "/x")),
            Request("unknown client", ("client_id", "nobody")),
            Request("scope beyond registration", ("scope", "openid system/Patient.rs")),
            Request("request object", ("request", "eyJhbGciOiJub25lIn0.e30.")),
            Redemption("correct"),
            Redemption("wrong verifier", ("code_verifier", Secret.New())),
            Redemption("no verifier", ("code_verifier", null)),
            Redemption("redirect mismatch", ("redirect_uri", Registered.Redirect + "/x")),
            Redemption("unknown code", ("code", Secret.New())),
            Redemption("no code", ("code", null)),
            ("code: used twice, and what the first use gave", async party =>
            {
                var verifier = Secret.New();
                var code = await party.CodeAsync(verifier);
                var first = await party.RedeemAsync(code, verifier);
                return Kind(await party.RedeemAsync(code, verifier)) + ", " + Kind(await party.RefreshAsync(first["refresh_token"]!));
            }),
        ];
    }

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Refreshes() =>
    [
        ("refresh: correct", async party => Kind(await party.RefreshAsync((await party.CodeTokensAsync())["refresh_token"]!))),
        ("refresh: unknown token", async party => Kind(await party.RefreshAsync("guess"))),
        ("refresh: used twice, and its successor", async party =>
        {
            var first = (await party.CodeTokensAsync())["refresh_token"]!;
            var second = (await party.RefreshAsync(first))["refresh_token"]!;
            return Kind(await party.RefreshAsync(first)) + ", " + Kind(await party.RefreshAsync(second));
        }),
    ];

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Introspections()
    {
        static async Task<Answer> AskAsync(Party party, string token) => await party.PostAsync(
            "introspection_endpoint",
            new()
            {
                ["token"] = token, ["client_id"] = "hospital", ["client_assertion_type"] = ClientAuthentication.AssertionType,
                ["client_assertion"] = party.Assertion()
            });
        return
        [
            ("introspection: unknown token", async party => Kind(await AskAsync(party, "guess"))),
            ("introspection: no token", async party => Kind(await party.PostAsync(
                "introspection_endpoint",
                new()
                {
                    ["client_id"] = "hospital", ["client_assertion_type"] = ClientAuthentication.AssertionType,
                    ["client_assertion"] = party.Assertion()
                }))),
            ("introspection: without authentication", async party =>
                Kind(await party.PostAsync("introspection_endpoint", new() { ["token"] = "guess" }))),
            ("revocation: unknown token", async party =>
                Kind(await party.PostAsync("revocation_endpoint", new() { ["token"] = "guess", ["client_id"] = "app" }))),
        ];
    }

    private static IEnumerable<(string Name, Func<Party, Task<string>> Ask)> Proofs()
    {
        (string, Func<Party, Task<string>>) Case(string name, Func<Party, ClientKey, string> proof) =>
            ("DPoP: " + name, async party => Kind(await party.TokenAsync(proof(party, ClientKey.Ec("p", "ES256")))));
        (string, Func<Party, Task<string>>) Claim(string name, string claim, Func<Party, object?> value) =>
            Case(name, (party, key) => party.Proof(key, new() { [claim] = value(party) }));
        return
        [
            Case("correct", (party, key) => party.Proof(key)),
            Claim("wrong htm", "htm", _ => "GET"),
            Claim("wrong htu", "htu", _ => "https://other.example/token"),
            Claim("old", "iat", party => party.Now().AddHours(-1).ToUnixTimeSeconds()),
            Claim("from the future", "iat", party => party.Now().AddHours(1).ToUnixTimeSeconds()),
            Claim("no jti", "jti", _ => null),
            Case("wrong key", (party, key) => party.Proof(key, jwk: ClientKey.Ec("x", "ES256").PublicJson(withKid: false))),
            Case(
                "symmetric key",
                (party, key) => party.Proof(key, jwk: new Dictionary<string, object> { ["kty"] = "oct", ["k"] = "c2VjcmV0" })),
            Case(
                "private key",
                (party, key) => party.Proof(key, jwk: new Dictionary<string, object>(key.PublicJson(withKid: false)) { ["d"] = "AQAB" })),
            Case("no JWT", (_, _) => "nonsense"),
            ("DPoP: replayed", async party =>
            {
                var proof = party.Proof(ClientKey.Ec("p", "ES256"));
                return Kind(await party.TokenAsync(proof)) + ", " + Kind(await party.TokenAsync(proof));
            }),
            ("DPoP: refresh with another key, without, and with the right one", async party =>
            {
                var key = ClientKey.Ec("p", "ES256");
                var token = (await party.CodeTokensAsync(party.Proof(key)))["refresh_token"]!;
                return string.Join(
                    ", ",
                    Kind(await party.RefreshAsync(token, party.Proof(ClientKey.Ec("x", "ES256")))),
                    Kind(await party.RefreshAsync(token)),
                    Kind(await party.RefreshAsync(token, party.Proof(key))));
            }),
        ];
    }
}
