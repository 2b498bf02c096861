using System.Net;
using System.Security.Cryptography;
using System.Text;
using Interop.Identity.Clients;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Identity.Tests.Credentials;

/// <summary>private_key_jwt: which assertions prove a client, how often, and what a stranger learns.</summary>
public abstract class ClientAssertionTests(DatabaseKind database) : BackendTests(database)
{
    private static readonly string[] OfTheClient =
    [
        "The client is not known",
        "The assertion's key is not registered",
        "The assertion's signature does not hold",
        "The assertion's jku",
    ];

    public static TheoryData<string, string> WrongAssertions => new()
    {
        { "aud", "The assertion's aud" },
        { "aud of two", "The assertion's aud" },
        { "iss", "The assertion's iss and sub" },
        { "sub", "The client is not known" },
        { "no sub", "The client is not known" },
        { "expired", "The assertion has expired" },
        { "no exp", "The assertion has no exp" },
        { "too long", "The assertion must expire within five minutes" },
        { "future iat", "The assertion's iat is in the future" },
        { "future nbf", "The assertion's nbf is in the future" },
        { "no jti", "The assertion needs a jti" },
        { "long jti", "The assertion needs a jti" },
        { "other key", "The assertion's signature does not hold" },
        { "unknown kid", "The assertion's key is not registered" },
        { "no kid", "The assertion's key is not registered" },
        { "none", "The assertion's algorithm" },
        { "hmac with the public key", "The assertion's algorithm" },
        { "RS256", "The assertion's algorithm" },
        { "RS384 with an EC key", "The assertion's key is not registered" },
        { "foreign jku", "The assertion's jku" },
        { "proof as assertion", "The assertion's typ" },
        { "no token", "The assertion is not a JSON Web Token" },
        { "empty signature", "The assertion's signature does not hold" },
    };

    [Theory]
    [MemberData(nameof(WrongAssertions))]
    public async Task A_wrong_assertion_is_refused_and_on_the_trail(string wrong, string reason)
    {
        var answer = await client.TokenAsync(changed: ("client_assertion", Wrong(wrong)));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));

        // What only a registered client could be told stands on the trail alone.
        var told = OfTheClient.Contains(reason) ? "The client is not known, or its assertion does not hold." : reason;
        Assert.StartsWith(told, answer["error_description"]!, StringComparison.Ordinal);
        Assert.Contains(
            await issuer.TrailAsync(),
            row => row is { Kind: "token", Outcome: "refused" } && row.Reason!.StartsWith(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("right")]
    [InlineData("other kid")]
    [InlineData("other algorithm")]
    [InlineData("jku")]
    [InlineData("expired")]
    [InlineData("wrong aud")]
    [InlineData("none")]
    [InlineData("bare")]
    [InlineData("secret")]
    public async Task Nobody_learns_which_clients_there_are(string how)
    {
        var stranger = ClientKey.Ec(how == "other kid" ? "other" : client.Key!.Public.Kid);
        stranger = how == "other algorithm" ? ClientKey.Rsa(client.Key!.Public.Kid) : stranger;
        await Registered.BackendAsync(issuer, clientId: "ended");
        await issuer.Get<ClientStore>().RevokeAsync("ended", CancellationToken.None);
        var answers = new HashSet<string>();
        foreach (var id in new[] { client.ClientId, "nobody", "ended" })
        {
            foreach (var endpoint in new[] { "/token", "/introspect", "/revoke", "/launch" })
            {
                var form = new Dictionary<string, string>
                {
                    ["grant_type"] = "client_credentials",
                    ["scope"] = "system/Patient.rs",
                    ["token"] = "x",
                    ["client_id"] = id,
                };
                if (how == "secret")
                {
                    form["client_secret"] = "x";
                }
                else if (how != "bare")
                {
                    var changed = how switch
                    {
                        "expired" => new() { ["exp"] = issuer.Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds() },
                        "wrong aud" => new Dictionary<string, object?> { ["aud"] = "https://other.example" },
                        _ => null,
                    };
                    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                    form["client_assertion"] = how == "none"
                        ? "eyJhbGciOiJub25lIn0." + Base64UrlEncoder.Encode($"{{\"sub\":\"{id}\"}}") + "."
                        : stranger.Assertion(
                            id,
                            issuer.Issuer,
                            issuer.Clock.GetUtcNow(),
                            changed,
                            headers: how switch { "jku" => new() { ["jku"] = "https://x.example" }, _ => null });
                }

                using var content = new FormUrlEncodedContent(form);
                using var response = await issuer.Http.PostAsync(new Uri(endpoint, UriKind.Relative), content);
                answers.Add(
                    $"{(int)response.StatusCode} {response.Content.Headers.ContentType} {await response.Content.ReadAsStringAsync()}");
            }
        }

        Assert.StartsWith("401", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assertion_works_once()
    {
        var assertion = client.Assertion();

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", assertion))).Status);
        var again = await client.TokenAsync(changed: ("client_assertion", assertion));
        Assert.Equal(("invalid_client", "The assertion was used before."), (again["error"], again["error_description"]));
    }

    [Fact]
    public async Task An_assertion_sent_many_times_at_once_works_once()
    {
        var assertion = client.Assertion();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.TokenAsync(changed: ("client_assertion", assertion))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_same_jti_of_two_clients_is_no_replay()
    {
        var other = await Registered.BackendAsync(issuer, clientId: "other");
        var jti = new Dictionary<string, object?> { ["jti"] = "one" };

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", client.Assertion(jti)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.TokenAsync(changed: ("client_assertion", other.Assertion(jti)))).Status);
    }

    [Fact]
    public async Task The_issuer_is_an_audience_too()
    {
        var assertion = client.Assertion(new() { ["aud"] = issuer.Issuer });

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", assertion))).Status);
    }

    private string Wrong(string wrong)
    {
        var now = issuer.Clock.GetUtcNow();
        var (audience, key) = (issuer.Issuer + "/token", client.Key!);
        string Changed(string name, object? value) => client.Assertion(new() { [name] = value });
        return wrong switch
        {
            "aud" => Changed("aud", "https://other.example/token"),
            "aud of two" => Changed("aud", new[] { audience, "https://other.example/token" }),
            "iss" => Changed("iss", "other"),
            "sub" => Changed("sub", "other"),
            "no sub" => Changed("sub", null),
            "expired" => Changed("exp", now.AddSeconds(-11).ToUnixTimeSeconds()),
            "no exp" => Changed("exp", null),
            "too long" => Changed("exp", now.AddMinutes(6).ToUnixTimeSeconds()),
            "future iat" => Changed("iat", now.AddMinutes(1).ToUnixTimeSeconds()),
            "future nbf" => Changed("nbf", now.AddMinutes(1).ToUnixTimeSeconds()),
            "no jti" => Changed("jti", null),
            "long jti" => Changed("jti", new string('j', 257)),
            "other key" => ClientKey.Ec().Assertion(client.ClientId, audience, now),
            "unknown kid" => ClientKey.Ec("ec-2").Assertion(client.ClientId, audience, now),
            "no kid" => key.Assertion(
                client.ClientId,
                audience,
                now,
                credentials: new SigningCredentials(new ECDsaSecurityKey(((ECDsaSecurityKey)key.Credentials.Key).ECDsa), "ES384")),
            "none" => Unsigned(client.Assertion()),
            "hmac with the public key" => key.Assertion(
                client.ClientId, audience, now, credentials: new SigningCredentials(
                    new SymmetricSecurityKey(SHA256.HashData(Encoding.UTF8.GetBytes(key.Jwks))) { KeyId = "ec-1" }, "HS256")),
            "RS256" => ClientKey.Rsa("ec-1", "RS256").Assertion(client.ClientId, audience, now),
            "RS384 with an EC key" => ClientKey.Rsa("ec-1").Assertion(client.ClientId, audience, now),
            "foreign jku" => key.Assertion(client.ClientId, audience, now, headers: new() { ["jku"] = "https://other.example/jwks" }),
            "proof as assertion" => key.Assertion(client.ClientId, audience, now, headers: new() { ["typ"] = "dpop+jwt" }),
            "no token" => "not-a-token",
            "empty signature" => client.Assertion()[..(client.Assertion().LastIndexOf('.') + 1)],
            _ => throw new InvalidOperationException(wrong),
        };
    }

    private static string Unsigned(string signed) =>
        Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"ec-1"}""") + "." + signed.Split('.')[1] + ".";
}
