using Interop.Demo;

namespace Interop.Server.Tests.Security;

/// <summary>Tokens of an issuer that is not ours are treated alike, claim by claim, however it writes them.</summary>
public sealed class ForeignIssuerTests : IAsyncLifetime
{
    private ForeignIssuer issuer = null!;
    private RunningServer server = null!;

    public static TheoryData<string, object> Claims => new()
    {
        { "nothing else", "" },
        { "scope", new[] { "system/Patient.rs", "system/Organization.r" } },
        { "scp", "system/Patient.rs system/Organization.r" },
        { "scp", new[] { "system/Patient.rs", "system/Organization.r" } },
        { "aud", new[] { "elsewhere", "interop-at-hospital" } },
        { "agency", "Organization/city-hospital" },
        { "roles", "clinician" },
        { "purpose_of_use", "TREAT" },
        { "jti", "one" },
        { "fhirUser", "https://ehr.example/fhir/Practitioner/7" },
        { "scope", "user/Patient.rs" },
        { "scope", "system/Patient.read" },
        { "scope", "system/Patient.rs?gender=female" },
    };

    public static TheoryData<string, object?, int> Wrong => new()
    {
        { "aud", "interop", 401 },
        { "aud", new[] { "interop", "elsewhere" }, 401 },
        { "client_id", "unmapped-app", 401 },
        { "client_id", null, 401 },
        { "agency", "Organization/city-police", 401 },
        { "agency", "Patient/p1", 401 },
        { "fhirUser", "https://ehr.example/fhir/Patient/7", 401 },
        { "patient", "Patient/p1", 401 },
        { "cnf", new Dictionary<string, object> { ["x5t#S256"] = "x" }, 401 },
        { "scope", "system/Observation.rs", 403 },
        { "scope", "system/Patient.rs?gender:not=male", 403 },
        { "scope", new[] { "" }, 403 },
        { "scope", null, 403 },
        { "scope", "patient/Patient.rs", 403 },
    };

    public async Task InitializeAsync()
    {
        issuer = await ForeignIssuer.StartAsync();
        server = await RunningServer.StartAsync(null, null, issuer.Settings());
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
            Fixtures.Patient("p1", "Alpha"),
            Fixtures.Consent("c1", "p1", "city-hospital"));
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task A_token_is_understood_however_its_issuer_writes_it(string name, object value)
    {
        var claims = Usual();
        if (name == "scp")
        {
            claims.Remove("scope");
        }

        claims[name] = value;
        using var foreign = server.WithToken(issuer.Token(claims));
        using var ours = server.As(DemoCaller.All.Single(caller => caller.Name == "hospital"));

        using var response = await foreign.GetAsync("Patient/p1");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(await ours.GetStringAsync(new Uri("Patient/p1", UriKind.Relative)), await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_claim_that_is_wrong_is_refused_as_from_our_own_issuer(string name, object? value, int status)
    {
        var claims = Usual();
        claims.Remove(name);
        if (value is not null)
        {
            claims[name] = value;
        }

        using var client = server.WithToken(issuer.Token(claims));

        using var response = await client.GetAsync("Patient/p1");

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task A_scope_that_is_there_is_not_widened_by_scp()
    {
        using var client = server.WithToken(issuer.Token(Usual(("scope", "system/Observation.rs"), ("scp", "system/*.cruds"))));

        using var response = await client.GetAsync("Patient/p1");

        await response.OutcomeAsync(403);
    }

    [Fact]
    public async Task The_trail_tells_clients_of_one_name_apart_by_their_issuers()
    {
        using var foreign = server.WithToken(issuer.Token(Usual()));
        using var first = await foreign.GetAsync("Patient/p1");
        using var ours = server.As("hospital");
        using var second = await ours.GetAsync("Patient/p1");

        var rows = (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).TakeLast(2).Select(entry => entry.Row.Issuer);
        Assert.Equal([issuer.Authority, server.Issuer.Authority], rows);
    }

    [Fact]
    public async Task An_expired_token_and_one_signed_by_another_issuer_are_refused()
    {
        using var expired = server.WithToken(issuer.Token(Usual(), TimeSpan.FromMinutes(-1)));
        await using var stranger = await ForeignIssuer.StartAsync();
        using var untrusted = server.WithToken(stranger.Token(Usual()));

        using var first = await expired.GetAsync("Patient/p1");
        using var second = await untrusted.GetAsync("Patient/p1");

        await first.OutcomeAsync(401);
        await second.OutcomeAsync(401);
    }

    private static Dictionary<string, object> Usual(params (string Name, object Value)[] changed)
    {
        var claims = new Dictionary<string, object>
        {
            ["aud"] = "interop-at-hospital",
            ["client_id"] = "ward-app",
            ["sub"] = "user-7",
            ["scope"] = "system/Patient.rs",
            ["purpose_of_use"] = new[] { "TREAT" },
            ["roles"] = new[] { "clinician" },
        };
        foreach (var (name, value) in changed)
        {
            claims[name] = value;
        }

        return claims;
    }
}
