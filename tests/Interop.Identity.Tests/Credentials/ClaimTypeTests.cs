using System.Net;

namespace Interop.Identity.Tests.Credentials;

/// <summary>
/// Claims of assertions and proofs have the JSON type that RFC 7519 section 4.1 gives them: a number is not a text that looks like one,
/// and a library that converts one into the other would let two readers of one token disagree.
/// </summary>
public sealed class ClaimTypeTests : IAsyncLifetime
{
    private static readonly string[] Numbers = ["exp", "iat", "nbf"];
    private static readonly string[] Texts = ["iss", "sub", "jti"];
    private RunningIssuer issuer = null!;
    private Registered client = null!;

    public static TheoryData<string, string> WrongTypes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in (string[])["text", "text with a fraction", "empty text", "list", "object", "true", "null"])
            {
                Array.ForEach(Numbers, name => data.Add(name, kind));
            }

            foreach (var kind in (string[])["number", "list", "object", "true", "null"])
            {
                Array.ForEach(Texts, name => data.Add(name, kind));
            }

            foreach (var kind in (string[])["number", "list of a number", "list in a list", "list of null", "object", "true", "null"])
            {
                data.Add("aud", kind);
            }

            return data;
        }
    }

    public static TheoryData<string, string> WrongTypesInProofs => new()
    {
        { "iat", "text" }, { "iat", "list" }, { "iat", "true" }, { "iat", "null" }, { "jti", "number" }, { "jti", "list" },
        { "jti", "null" },
        { "htm", "list" }, { "htu", "list" }, { "htu", "object" }, { "exp", "text" }, { "nbf", "text" },
    };

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync();
        client = await Registered.BackendAsync(issuer);
    }

    public async Task DisposeAsync() => await issuer.DisposeAsync();

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public async Task An_assertion_with_a_claim_of_the_wrong_type_gets_no_token(string claim, string kind)
    {
        var answer = await client.TokenAsync(
            changed: ("client_assertion", client.Key!.WithRawClaim(client.Assertion(new() { [claim] = null }), claim, Json(claim, kind))));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("jti")]
    [InlineData("aud")]
    [InlineData("sub")]
    public async Task An_assertion_that_says_a_thing_twice_gets_no_token(string claim)
    {
        var assertion = client.Key!.WithRawClaim(client.Assertion(), claim, Json(claim, "right"));

        var answer = await client.TokenAsync(changed: ("client_assertion", assertion));

        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (answer.Status, answer["error"]));
    }

    [Theory]
    [InlineData("exp", "right")]
    [InlineData("exp", "fraction")]
    [InlineData("iat", "fraction")]
    [InlineData("nbf", "fraction")]
    [InlineData("aud", "list of one")]
    [InlineData("jti", "right")]
    public async Task An_assertion_with_claims_of_the_right_type_gets_one(string claim, string kind)
    {
        var assertion = client.Key!.WithRawClaim(client.Assertion(new() { [claim] = null }), claim, Json(claim, kind));

        Assert.Equal(HttpStatusCode.OK, (await client.TokenAsync(changed: ("client_assertion", assertion))).Status);
    }

    [Theory]
    [InlineData("exp", "-1")]
    [InlineData("exp", "1e300")]
    [InlineData("exp", "9999999999999999999999")]
    [InlineData("exp", "1e999")]
    [InlineData("iat", "1e300")]
    [InlineData("nbf", "9999999999999999999999")]
    public async Task A_number_that_is_no_time_is_refused(string claim, string number)
    {
        var assertion = client.Key!.WithRawClaim(client.Assertion(new() { [claim] = null }), claim, number);

        Assert.Equal("invalid_client", (await client.TokenAsync(changed: ("client_assertion", assertion)))["error"]);
    }

    [Theory]
    [MemberData(nameof(WrongTypesInProofs))]
    public async Task A_proof_with_a_claim_of_the_wrong_type_is_refused(string claim, string kind)
    {
        var key = ClientKey.Ec("dpop", "ES256");

        var answer = await client.TokenAsync(key.WithRawClaim(client.Proof(key, new() { [claim] = null }), claim, Json(claim, kind)));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_dpop_proof"), (answer.Status, answer["error"]));
    }

    private string Json(string claim, string kind)
    {
        var now = issuer.Clock.GetUtcNow();
        var seconds = claim == "exp" ? now.AddMinutes(4).ToUnixTimeSeconds() : now.ToUnixTimeSeconds();
        var text = claim switch
        {
            "aud" or "htu" => $"\"{issuer.Issuer}/token\"",
            "htm" => "\"POST\"",
            "jti" => $"\"{Guid.NewGuid():N}\"",
            _ => $"\"{client.ClientId}\"",
        };
        return kind switch
        {
            "right" => Numbers.Contains(claim) ? $"{seconds}" : text,
            "text" => $"\"{seconds}\"",
            "text with a fraction" => $"\"{seconds}.5\"",
            "empty text" => "\"\"",
            "number" => $"{seconds}",
            "fraction" => $"{seconds - 1}.5",
            "list" => Numbers.Contains(claim) ? $"[{seconds}]" : $"[{text}]",
            "list of one" => $"[{text}]",
            "list of a number" => "[1]",
            "list in a list" => $"[[{text}]]",
            "list of null" => $"[{text},null]",
            "object" => "{}",
            _ => kind,
        };
    }
}
