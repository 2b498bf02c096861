using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Interop.Demo;
using Interop.Identity.Clients;

namespace Interop.Journeys.Tests;

/// <summary>
/// A person and her own record, from the code that the staff hands her to the last click: account, sign-in, record, a consent given and
/// taken back, and who saw her.
/// </summary>
public sealed class OwnRecordTests : IAsyncLifetime
{
    private const string Staff = "openid user/*.cruds account.invite";
    private const string Scope = "launch/patient fhirUser patient/*.cruds";
    private readonly Dictionary<string, Browser> browsers = [];
    private RunningIssuer issuer = null!;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        var port = LoopbackPort.Any();
        issuer = await RunningIssuer.StartAsync($"--Identity:FhirUrl={port.Url}/fhir", "--Identity:RequiresSecondFactor=false");
        var clock = new TestClock();
        clock.Advance(DateTimeOffset.UtcNow - clock.GetUtcNow());
        server = await RunningServer.StartOnAsync(
            port,
            clock,
            $"--Interop:PublicUrl={port.Url}/fhir",
            $"--Interop:Issuers:0:Authority={issuer.Issuer}",
            $"--Interop:Issuers:0:Audience={RunningIssuer.Audience}");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("general-hospital", "hospital"),
            Fixtures.Agreement("general-hospital"),
            Fixtures.Patient("p1"),
            Fixtures.Patient("p2"),
            Fixtures.Condition("c1", "p1"),
            Fixtures.Condition("c2", "p2"),
            """
            {"resourceType": "RelatedPerson", "id": "attorney", "active": true, "patient": {"reference": "Patient/p1"}, "relationship":
             [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "HPOWATT"}]}]}
            """);
        await AddClientAsync("staff", Staff);
        await AddClientAsync("reader", "openid user/*.rs");
        await AddClientAsync("own-record", Scope);
        _ = await Person.AddAsync(
            issuer, "kim", hasFactor: false, agency: "Organization/crisis-program", patient: null, fhirUser: "Practitioner/kim");
    }

    public async Task DisposeAsync()
    {
        foreach (var browser in browsers.Values)
        {
            await browser.DisposeAsync();
        }

        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_code_from_the_staff_opens_the_own_record_once_and_what_she_permits_counts_until_she_takes_it_back()
    {
        var code = (await InviteAsync("staff", ("patient", "p1"))).GetProperty("code").GetString()!;
        Assert.StartsWith("The code is not known", await OpenAsync("AAAA-BBBB", "ana"), StringComparison.Ordinal);
        Assert.StartsWith("A user name has 1 to 100 characters", await OpenAsync(code, "a name"), StringComparison.Ordinal);
        Assert.StartsWith("Your account is open.", await OpenAsync(code.ToLowerInvariant(), "ana"), StringComparison.Ordinal);
        Assert.StartsWith("The code is not known", await OpenAsync(code, "somebody"), StringComparison.Ordinal);

        using var ana = server.WithToken(await TokenAsync("ana", "own-record", Scope));
        var backend = await Registered.BackendAsync(issuer);
        using var hospital = server.WithToken((await backend.TokenAsync(changed: ("scope", "system/*.rs"))).AccessToken);
        Assert.Equal(["Patient/p1"], (await ana.GetJsonAsync("Patient")).Keys());
        Assert.Equal(["Condition/c1"], (await ana.GetJsonAsync("Condition")).Keys());
        var consent = await ana.CreatedAsync("Consent", Fixtures.Consent("c", "p1", "general-hospital"));
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync("Condition/c1")).StatusCode);
        using var revoked = await ana.PostFhirAsync($"{consent}/$revoke-consent", """{"resourceType": "Parameters"}""");
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync("Condition/c1")).StatusCode);
        var accounting = (await ana.GetJsonAsync("Patient/p1/$disclosures")).GetRawText();
        Assert.Contains("Organization/general-hospital", accounting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_speaks_for_her_has_an_account_of_his_own_that_ends_when_he_speaks_no_more()
    {
        var code = (await InviteAsync("staff", ("patient", "p1"), ("related_person", "attorney"))).GetProperty("code").GetString()!;
        await OpenAsync(code, "lee");
        using var lee = server.WithToken(await TokenAsync("lee", "own-record", Scope));
        Assert.Equal(["Condition/c1"], (await lee.GetJsonAsync("Condition")).Keys());

        using var kim = server.WithToken(await TokenAsync("kim", "staff", Staff));
        using var ended = await kim.PutFhirAsync("RelatedPerson/attorney", (await kim.GetJsonAsync("RelatedPerson/attorney"))
            .GetRawText().Replace("\"active\":true", "\"active\":false", StringComparison.Ordinal)
            .Replace("\"active\": true", "\"active\": false", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await lee.GetAsync("Condition")).StatusCode);
    }

    [Theory]
    [InlineData("reader", "p1", null, 403)]
    [InlineData("staff", "nobody", null, 400)]
    [InlineData("staff", "p2", "attorney", 400)]
    [InlineData("staff", "p1 p2", null, 400)]
    public async Task Nobody_is_invited_by_any_app_nor_to_whom_the_staff_does_not_see(
        string client, string patient, string? related, int status)
    {
        using var answer = await AskAsync(client, related is null
            ? [("patient", patient)]
            : [("patient", patient), ("related_person", related)]);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    private async Task AddClientAsync(string id, string scopes) => await issuer.Get<ClientStore>().AddAsync(
        new Client(
            id, id, "Organization/crisis-program", [Client.AuthorizationCode], scopes.Split(' '), ["TREAT", "PATRQT"], [],
            [Registered.Redirect], null, null, false, false),
        CancellationToken.None);

    private async Task<string> TokenAsync(string user, string client, string scope)
    {
        if (!browsers.TryGetValue(user, out var browser))
        {
            browsers[user] = browser = Browser.At(issuer);
        }

        var answer = await CodeFlow.TokensAsync(
            new(issuer, client, null), new(issuer, user, null), browser, changed: ("scope", scope));
        return answer.AccessToken;
    }

    private async Task<HttpResponseMessage> AskAsync(string client, params (string Name, string Value)[] form)
    {
        var scope = client == "staff" ? Staff : "openid user/*.rs";
        using var http = new HttpClient { BaseAddress = new(issuer.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync("kim", client, scope));
        using var body = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await http.PostAsync(new Uri("/invitations", UriKind.Relative), body);
    }

    private async Task<JsonElement> InviteAsync(string client, params (string Name, string Value)[] form)
    {
        using var answer = await AskAsync(client, form);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<string> OpenAsync(string code, string user)
    {
        await using var browser = Browser.At(issuer);
        await browser.OpenAsync("/open-account");
        await browser.SubmitAsync(("Code", code), ("UserName", user), ("Password", Person.Password));
        return browser.Alert;
    }
}
