using System.Net;
using System.Text.Json;
using Interop.Demo;
using Interop.Identity.Clients;

namespace Interop.Journeys.Tests;

/// <summary>
/// An app for one patient, from the picker to the record: the issuer asks the API as the user, sharing decides who is found, and the token
/// opens that record and no other.
/// </summary>
public sealed class LaunchedAppTests : IAsyncLifetime
{
    private const string Scope = "launch/patient launch/encounter patient/*.rs";
    private RunningIssuer issuer = null!;
    private RunningServer server = null!;
    private Registered app = null!;
    private Person person = null!;
    private Browser browser = null!;

    public async Task InitializeAsync()
    {
        var port = LoopbackPort.Any();
        var apiUrl = port.Url;
        issuer = await RunningIssuer.StartAsync($"--Identity:FhirUrl={apiUrl}/fhir", "--Identity:RequiresSecondFactor=false");
        var clock = new TestClock();
        clock.Advance(DateTimeOffset.UtcNow - clock.GetUtcNow());
        server = await RunningServer.StartOnAsync(
            port,
            clock,
            $"--Interop:PublicUrl={apiUrl}/fhir",
            $"--Interop:Issuers:0:Authority={issuer.Issuer}",
            $"--Interop:Issuers:0:Audience={RunningIssuer.Audience}");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("general-hospital", "hospital"),
            Fixtures.Agreement("general-hospital"),
            Fixtures.Patient("p1", "Lima"),
            Fixtures.Patient("p2", "Lima"),
            Fixtures.Patient("p3", "Lima"),
            Fixtures.Consent("c1", "p1", "general-hospital"),
            Fixtures.Consent("c2", "p2", "general-hospital"),
            Fixtures.Consent("c3", "p3", "general-hospital", type: "deny", tier: "basic"),
            Fixtures.Encounter("e1", "p1", "finished"),
            Fixtures.Condition("of-p1", "p1"),
            Fixtures.Condition("of-p2", "p2"));
        var client = new Client(
            "app", "Follow-up list", "Organization/general-hospital", [Client.AuthorizationCode], [
                "launch", .. Scope.Split(' ')
            ], ["TREAT"], [], [Registered.Redirect], null, null, false, false);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        app = new(issuer, "app", null);
        person = await Person.AddAsync(issuer, hasFactor: false, patient: null);
        browser = Browser.At(issuer);
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        await server.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task Who_is_shared_is_found_and_chosen_and_the_token_opens_that_record_alone()
    {
        var flow = new CodeFlow(app);
        await person.AllowAsync(browser, flow.Link(("scope", Scope)));
        await browser.SubmitAsync(("Step", "search"), ("Name", "Lima"), ("BirthDate", "1988-02-29"));
        Assert.Contains("value=\"p1\"", browser.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"p2\"", browser.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"p3\"", browser.Html, StringComparison.Ordinal);
        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "p3"));
        Assert.StartsWith("/context?", browser.Path, StringComparison.Ordinal);

        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "p1"));
        await browser.SubmitToAsync(null, ("Step", "choose"), ("Choice", "e1"));
        var answer = await flow.RedeemAsync(CodeFlow.Back(await browser.SubmitAsync(("Decision", "allow")))["code"]);

        Assert.Equal(("p1", "e1"), (answer["patient"], answer["encounter"]));
        using var http = server.WithToken(answer.AccessToken);
        Assert.Equal(["Patient/p1"], (await http.GetJsonAsync("Patient")).Keys());
        Assert.Equal(["Condition/of-p1"], (await http.GetJsonAsync("Condition")).Keys());
        using var other = await http.GetAsync("Condition/of-p2");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Looking_for_a_patient_is_on_the_APIs_trail_under_the_persons_name()
    {
        await person.AllowAsync(browser, new CodeFlow(app).Link(("scope", Scope)));
        await browser.SubmitAsync(("Step", "search"), ("Name", "Lima"), ("BirthDate", "1988-02-29"));

        var row =
            (await server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Last(entry => entry.Row.Interaction == "search-type").Row;
        Assert.Equal(
            ("interop-patient-picker", "account-ana", "general-hospital", "ana"),
            (row.Client, row.User, row.Organization, row.Practitioner));
        using var detail = JsonDocument.Parse(row.Detail);
        Assert.Contains("Lima", detail.RootElement.GetProperty("query").GetString(), StringComparison.Ordinal);
    }
}
