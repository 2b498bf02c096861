using System.Net;
using Interop.Identity.Clients;

namespace Interop.Identity.Tests.People;

/// <summary>
/// Tests of one issuer before a FHIR API, with an app, a record system that launches it, and a person in front of a browser.
/// </summary>
public abstract class LaunchSceneTests(DatabaseKind database) : IAsyncLifetime
{
    private protected FhirStandIn api = null!;
    private protected RunningIssuer issuer = null!;
    private protected Registered app = null!;
    private protected Registered host = null!;
    private protected Person person = null!;
    private protected Browser browser = null!;

    public async Task InitializeAsync()
    {
        api = await FhirStandIn.StartAsync();
        issuer = await RunningIssuer.StartAsync(database, $"--Identity:FhirUrl={api.Url}");
        app = await AppAsync("app", "Organization/general-hospital");
        host = await Registered.BackendAsync(issuer, clientId: "record-system", scopes: "launch.create system/*.rs");
        person = await Person.AddAsync(issuer, patient: null);
        browser = Browser.At(issuer);
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        await issuer.DisposeAsync();
        await api.DisposeAsync();
    }

    private protected static string Link(CodeFlow flow, string scope, params (string Name, string? Value)[] changed) =>
        flow.Link([("scope", scope), .. changed]);

    private protected async Task<Registered> AppAsync(string id, string agency)
    {
        var client = new Client(
            id, "Follow-up list", agency, [Client.AuthorizationCode],
            ["offline_access", "launch", "launch/patient", "launch/encounter", "user/*.rs", "patient/*.rs"],
            ["TREAT", "COC"], [], [Registered.Redirect], null, null, false, false);
        await issuer.Get<ClientStore>().AddAsync(client, CancellationToken.None);
        return new(issuer, id, null);
    }

    private protected async Task<Answer> TokensAsync(Person who, string scope, string? launch = null)
    {
        await using var own = Browser.At(issuer);
        var flow = new CodeFlow(app);
        var answer = await flow.RedeemAsync(CodeFlow.Back(await who.AllowAsync(own, Link(flow, scope, ("launch", launch))))["code"]);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }
}
