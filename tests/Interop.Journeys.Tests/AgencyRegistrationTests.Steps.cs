using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Identity.Agencies;
using Interop.Identity.Clients;

namespace Interop.Journeys.Tests;

/// <summary>The steps of a registration, each as its party takes it.</summary>
public sealed partial class AgencyRegistrationTests
{
    private async Task<RunningServer> ServerAsync(LoopbackPort port, params string[] settings)
    {
        var clock = new TestClock();
        clock.Advance(DateTimeOffset.UtcNow - clock.GetUtcNow());
        var server = await RunningServer.StartOnAsync(
            port,
            clock,
            [$"--Interop:Issuers:0:Authority={issuer.Issuer}", $"--Interop:Issuers:0:Audience={RunningIssuer.Audience}", .. settings]);
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Patient("p1"));
        return server;
    }

    /// <summary>The custodian's own back office; its client needs no agreement.</summary>
    private async Task<Registered> CustodianAsync(string id, bool isSandbox)
    {
        var own = ClientKey.Ec();
        var client = new Client(
            id,
            "Back office",
            "Organization/crisis-program",
            [Client.ClientCredentials],
            ["system/*.cruds", Registrations.ManageScope],
            ["HOPERAT"],
            ["agency-administrator"],
            [],
            own.Jwks,
            null,
            false,
            isSandbox);
        await issuer.Get<Registrations>().AddAsync(client, Actor.Operator, null, CancellationToken.None);
        return new(issuer, id, own);
    }

    private async Task<string> ManagerTokenAsync() => (await office.TokenAsync(changed: ("scope", Registrations.ManageScope))).AccessToken;

    /// <summary>The agreement by HTTP, as the custodian's administrator writes it; in the sandbox with a client of the sandbox.</summary>
    private async Task<string> AgreeAsync(RunningServer server)
    {
        var administrator = server == live ? office
            : await issuer.Get<ClientStore>().FindAsync("sandbox-office", CancellationToken.None) is null
            ? await CustodianAsync("sandbox-office", isSandbox: true)
            : throw new InvalidOperationException("Agreed already.");
        using var client = server.WithToken((await administrator.TokenAsync(changed: ("scope", "system/*.cruds"))).AccessToken);
        return await client.CreatedAsync(
            "Contract",
            Agreement(["system/Patient.rs", "system/Task.rus", "system/Condition.rs", "system/Patient.rus", "system/Organization.ru"]));
    }

    private static string Agreement(string[] scopes) =>
        Fixtures.Agreement("city-hospital", labels: ["MH", "PSY"], scopes: scopes);

    private Task SuspendAsync(string contract) => ChangeAsync(contract, resource =>
        resource["modifierExtension"] =
            new JsonArray(new JsonObject { ["url"] = Suspension, ["valueString"] = "An incident is looked into." }));

    private async Task ChangeAsync(string contract, Action<JsonObject> change)
    {
        using var client = live.WithToken((await office.TokenAsync(changed: ("scope", "system/*.cruds"))).AccessToken);
        var resource = JsonNode.Parse((await client.GetJsonAsync(contract)).GetRawText())!.AsObject();
        change(resource);
        using var changed = await client.PutFhirAsync(contract, resource.ToJsonString());
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
    }

    /// <summary>A live client of the hospital's, declared so by an operator: the way past the sandbox that only the machine has.</summary>
    private async Task<Registered> LiveAsync(string scopes, string id = "hospital", string[]? roles = null)
    {
        var client = new Client(
            id, "Hospital", Agency, [Client.ClientCredentials], scopes.Split(' '), ["TREAT"], roles ?? [], [], key.Jwks, null, false,
            false);
        await issuer.Get<Registrations>().AddAsync(client, Actor.Operator, "Tested elsewhere.", CancellationToken.None);
        return new(issuer, id, key);
    }

    private JsonObject Registration(string id = "hospital") => new()
    {
        ["client_id"] = id,
        ["client_name"] = "Hospital",
        ["agency"] = Agency,
        ["grant_types"] = new JsonArray("client_credentials"),
        ["scope"] = "system/Patient.rs system/Condition.rs system/Patient.rus system/Organization.ru",
        ["purpose_of_use"] = "TREAT",
        ["jwks"] = JsonNode.Parse(key.Jwks),
    };

    private async Task PassChecklistAsync(int atMost = int.MaxValue)
    {
        using var client = sandbox.WithToken((await new Registered(issuer, "hospital", key).TokenAsync(
            changed: ("scope", "system/Patient.rus system/Condition.rs system/Organization.ru"))).AccessToken);
        var checklist = $"{Agency}/$onboarding-checklist";
        using var prepared = await client.PostFhirAsync(checklist, """{"resourceType":"Parameters"}""");
        Assert.True(prepared.IsSuccessStatusCode, await prepared.Content.ReadAsStringAsync());
        var cases = (await client.GetJsonAsync(checklist)).GetProperty("parameter").EnumerateArray().Skip(1);
        foreach (var request
            in cases.Take(atMost)
                .Select(
                    item => item.GetProperty("part").EnumerateArray().Single(part => part.GetProperty("name").ValueEquals("request"))
                        .GetProperty("valueString").GetString()!.Split(' ')))
        {
            using var response = request[0] == "GET"
                ? await client.GetAsync(request[1])
                : await client.PutFhirAsync(request[1], Fixtures.Patient(request[1].Split('/')[1]));
        }
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, string token, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var response = await issuer.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private static async Task<HttpStatusCode> GetAsync(RunningServer server, string token, string path)
    {
        using var http = server.WithToken(token);
        using var response = await http.GetAsync(path);
        return response.StatusCode;
    }
}
