using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Identity.Agencies;
using Interop.Identity.Clients;
using Xunit.Abstractions;

namespace Interop.Journeys.Tests;

/// <summary>
/// An agency from its agreement to its first authorised call, and out again: the real issuer, the live API and the sandbox, which know
/// nothing of each other but HTTP.
/// </summary>
public sealed partial class AgencyRegistrationTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Agency = "Organization/city-hospital";
    private const string Suspension = $"{Fixtures.Base}/StructureDefinition/agreement-suspension";
    private readonly ClientKey key = ClientKey.Ec();
    private RunningIssuer issuer = null!;
    private RunningServer live = null!;
    private RunningServer sandbox = null!;
    private Registered office = null!;

    public async Task InitializeAsync()
    {
        var (livePort, sandboxPort) = (LoopbackPort.Any(), LoopbackPort.Any());
        issuer = await RunningIssuer.StartAsync(
            "--Identity:Agreements=api",
            $"--Identity:FhirUrl={livePort.Url}/fhir",
            $"--Identity:SandboxUrl={sandboxPort.Url}/fhir",
            "--Identity:RequiresSecondFactor=false");
        live = await ServerAsync(livePort);
        sandbox = await ServerAsync(sandboxPort, "--Interop:Sandbox=true");
        office = await CustodianAsync("office", isSandbox: false);
    }

    public async Task DisposeAsync()
    {
        await live.DisposeAsync();
        await sandbox.DisposeAsync();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task From_the_signed_agreement_to_the_first_call_and_out_in_the_next_request()
    {
        var contract = await AgreeAsync(live);
        await AgreeAsync(sandbox);
        var manager = await ManagerTokenAsync();
        var registered = await SendAsync(HttpMethod.Post, "/clients", manager, Registration());
        Assert.Equal((HttpStatusCode.Created, "sandbox"), (registered.Status, registered["status"]));
        var hospital = new Registered(issuer, "hospital", key);

        // The sandbox takes its token, the live API does not, and there is no way around the checklist.
        var trial = (await hospital.TokenAsync()).AccessToken;
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(live, trial, "Patient/p1"));
        var early = await SendAsync(HttpMethod.Post, "/clients/hospital/live", manager, null);
        Assert.Contains("The sandbox has no checklist for the agency", early["error_description"]!, StringComparison.Ordinal);
        await PassChecklistAsync(atMost: 2);
        var unfinished = await SendAsync(HttpMethod.Post, "/clients/hospital/live", manager, null);
        Assert.Contains("sensitive-read", unfinished["error_description"]!, StringComparison.Ordinal);
        await PassChecklistAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Post, "/clients/hospital/live", manager, null)).Status);

        var token = (await hospital.TokenAsync()).AccessToken;
        Assert.Equal(HttpStatusCode.OK, await GetAsync(live, token, "Patient/p1"));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(sandbox, token, "Patient"));

        await SuspendAsync(contract);
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(live, token, "Patient/p1"));
        issuer.Clock.Advance(TimeSpan.FromSeconds(6)); // the issuer asks the API at most every five seconds
        Assert.Equal("unauthorized_client", (await hospital.TokenAsync())["error"]);
        Assert.Contains(await issuer.TrailAsync(), row => row is { Kind: "client-live", Client: "hospital" });
    }

    [Theory]
    [InlineData("scope", "system/*.cruds", "The scope system/*.cruds is beyond the agreement with the agency.")]
    [InlineData("scope", "system/Patient.rs cad.write", "The scope cad.write is beyond the agreement with the agency.")]
    [InlineData("purpose_of_use", "TREAT HMARKT", "The purpose HMARKT is beyond the agreement with the agency.")]
    [InlineData("agency", "Organization/city-police", "No agreement with the client's agency is in force.")]
    [InlineData("agency", "city-hospital", "The agency must be Organization/id.")]
    [InlineData("client_id", "a b", "The client id may have letters, digits, dot, dash and underscore, up to 64.")]
    [InlineData("is_sandbox", "no", "The body is not what is expected at $.is_sandbox.")]
    public async Task What_is_beyond_the_agreement_or_malformed_is_not_registered_and_the_rule_is_named(
        string member, string value, string sentence)
    {
        await AgreeAsync(sandbox);
        var registration = Registration();
        registration[member] = value;

        var refused = await SendAsync(HttpMethod.Post, "/clients", await ManagerTokenAsync(), registration);

        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_client_metadata", sentence),
            (refused.Status, refused["error"]!, refused["error_description"]!));
        Assert.DoesNotContain(await issuer.Get<ClientStore>().ListAsync(CancellationToken.None), client => client.Name == "Hospital");
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-384","kid":"1","x":"...","y":"..."}""")]
    [InlineData("""{"kty":"EC","crv":"P-384","kid":"1","x":"AAAA","y":"AAAA"}""")]
    [InlineData("""{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"oct","kid":"1","k":"AQAB"}""")]
    public async Task A_key_that_no_signature_could_be_checked_with_is_not_registered(string jwk)
    {
        await AgreeAsync(sandbox);
        var registration = Registration();
        registration["jwks"] = JsonNode.Parse($$"""{"keys":[{{jwk}}]}""");

        var refused = await SendAsync(HttpMethod.Post, "/clients", await ManagerTokenAsync(), registration);

        Assert.StartsWith("The key set must be JSON with at least one public RSA", refused["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_amendment_that_narrows_the_agreement_narrows_the_next_token()
    {
        var contract = await AgreeAsync(live);
        var hospital = await LiveAsync("system/Patient.rs system/Task.rus");
        Assert.Equal(HttpStatusCode.OK, (await hospital.TokenAsync(changed: ("scope", "system/Task.rus"))).Status);

        await ChangeAsync(contract, resource =>
        {
            resource["status"] = "amended";
            resource["extension"]!.AsArray().RemoveAll(extension => (string?)extension!["valueString"] == "system/Task.rus");
        });
        issuer.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("unauthorized_client", (await hospital.TokenAsync(changed: ("scope", "system/Task.rus")))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await hospital.TokenAsync()).Status);
    }

    [Fact]
    public async Task While_the_API_is_out_of_reach_tokens_go_on_for_minutes_and_nothing_is_registered()
    {
        await AgreeAsync(live);
        var hospital = await LiveAsync("system/Patient.rs");
        Assert.Equal(HttpStatusCode.OK, (await hospital.TokenAsync()).Status);
        var manager = await ManagerTokenAsync();
        await live.DisposeAsync();
        await sandbox.DisposeAsync();

        issuer.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(HttpStatusCode.OK, (await hospital.TokenAsync()).Status);
        var refused = await SendAsync(HttpMethod.Post, "/clients", manager, Registration());
        Assert.Contains("The API does not answer", refused["error_description"]!, StringComparison.Ordinal);
        issuer.Clock.Advance(TimeSpan.FromMinutes(2));
        var unknown = await hospital.TokenAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (unknown.Status, unknown["error"]));
    }

    [Fact]
    public async Task A_refresh_token_is_not_used_up_by_a_refresh_that_the_API_was_needed_for_and_did_not_answer()
    {
        var agreement = Agreement(["user/*.rs"]).Replace("city-hospital", "general-hospital", StringComparison.Ordinal);
        await live.ImportAsync("crisis-program", Fixtures.Organization("general-hospital", "hospital"), agreement);
        var app = await Registered.AppAsync(issuer);
        var person = await Person.AddAsync(issuer, hasFactor: false);
        await using var browser = Browser.At(issuer);
        var tokens = await CodeFlow.TokensAsync(app, person, browser, changed: ("scope", "offline_access user/Organization.rs"));
        Assert.True(tokens.Status == HttpStatusCode.OK, $"{tokens.Json}");
        var refresh = tokens["refresh_token"]!;
        await live.DisposeAsync();

        issuer.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("temporarily_unavailable", (await CodeFlow.RefreshAsync(app, refresh))["error"]);
        issuer.Clock.Advance(TimeSpan.FromMinutes(-6));

        Assert.Equal(HttpStatusCode.OK, (await CodeFlow.RefreshAsync(app, refresh)).Status);
    }

    [Fact]
    public async Task An_agency_rolls_its_own_keys_and_nobody_elses()
    {
        await AgreeAsync(live);
        var hospital = await LiveAsync("system/Patient.rs client.keys");
        var fresh = ClientKey.Ec("fresh");
        var own = (await hospital.TokenAsync(changed: ("scope", "client.keys"))).AccessToken;
        var weak = (await hospital.TokenAsync()).AccessToken;
        var keys = new JsonObject { ["jwks"] = JsonNode.Parse(fresh.Jwks) };

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Put, "/clients/office/keys", own, keys)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Put, "/clients/hospital/keys", weak, keys)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(HttpMethod.Put, "/clients/hospital/keys", "no token", keys)).Status);
        var empty = await SendAsync(HttpMethod.Put, "/clients/hospital/keys", own, new JsonObject());
        Assert.Equal("Keys are given as jwks or as jwks_uri.", empty["error_description"]);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Put, "/clients/hospital/keys", own, keys)).Status);

        Assert.Equal("invalid_client", (await hospital.TokenAsync())["error"]);
        Assert.Equal(HttpStatusCode.OK, (await (hospital with { Key = fresh }).TokenAsync()).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Delete, "/clients/hospital", own, null)).Status);
    }

    [Fact]
    public async Task An_agencys_administrator_manages_its_own_clients_alone()
    {
        await AgreeAsync(live);
        await AgreeAsync(sandbox);
        var administrator = await LiveAsync("client.manage system/Patient.rs", roles: ["agency-administrator"]);
        var clinician = await LiveAsync("client.manage system/Patient.rs", id: "clinic", roles: ["clinician"]);
        var token = (await administrator.TokenAsync(changed: ("scope", "client.manage"))).AccessToken;
        var other = (await clinician.TokenAsync(changed: ("scope", "client.manage"))).AccessToken;
        var foreign = Registration();
        foreign["agency"] = "Organization/crisis-program";

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/clients", other, Registration("new"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/clients", token, foreign)).Status);
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, "/clients", token, Registration("new"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/clients/new/live", token, null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/clients/office", token, null)).Status);
        var listed = (await SendAsync(HttpMethod.Get, "/clients", token, null)).Json.EnumerateArray();
        Assert.Equal(["clinic", "hospital", "new"], listed.Select(client => client.GetProperty("client_id").GetString()).Order());
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, "/clients/new", token, null)).Status);
    }

    [Fact]
    public async Task A_client_on_trial_manages_nothing()
    {
        await AgreeAsync(sandbox);
        var registration = Registration("trial");
        registration["scope"] = Registrations.ManageScope;
        registration["roles"] = new JsonArray("agency-administrator");
        Assert.Equal("sandbox", (await SendAsync(HttpMethod.Post, "/clients", await ManagerTokenAsync(), registration))["status"]);
        var token = (await new Registered(issuer, "trial", key).TokenAsync(changed: ("scope", Registrations.ManageScope))).AccessToken;

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Get, "/clients", token, null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/clients/trial", token, null)).Status);
    }

    [Fact]
    public async Task Keys_on_the_issuers_own_machine_are_not_fetched_for_an_agency()
    {
        await AgreeAsync(live);
        await AgreeAsync(sandbox);
        var administrator = await LiveAsync("client.manage", roles: ["agency-administrator"]);
        var token = (await administrator.TokenAsync(changed: ("scope", "client.manage"))).AccessToken;
        var registration = Registration("new");
        registration.Remove("jwks");
        registration["jwks_uri"] = "http://127.0.0.1:9/keys";

        var refused = await SendAsync(HttpMethod.Post, "/clients", token, registration);
        var rolled = await SendAsync(HttpMethod.Put, "/clients/hospital/keys", token, new() { ["jwks_uri"] = "http://localhost:9/keys" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (refused.Status, rolled.Status));
        Assert.Contains("must be https", refused["error_description"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspension_is_counted_by_the_next_request_of_many_under_way_with_remembered_tokens()
    {
        var contract = await AgreeAsync(live);
        var hospital = await LiveAsync("system/Patient.rs");
        var token = (await hospital.TokenAsync()).AccessToken;
        using var stop = new CancellationTokenSource();
        var acknowledged = long.MaxValue;
        var (before, late, refused) = (0, 0, 0);
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var started = Stopwatch.GetTimestamp();
                var status = await GetAsync(live, token, "Patient/p1");
                if (status == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref started > Volatile.Read(ref acknowledged) ? ref late : ref before);
                }
                else
                {
                    Assert.Equal(HttpStatusCode.Forbidden, status);
                    Interlocked.Increment(ref refused);
                }
            }
        })).ToList();
        await Task.Delay(500);

        await SuspendAsync(contract);
        Volatile.Write(ref acknowledged, Stopwatch.GetTimestamp());
        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        output.WriteLine($"answered before the suspension: {before}; asked after it and answered: {late}; refused: {refused}");
        Assert.True(before > 0 && refused > 0, $"{before} {refused}");
        Assert.Equal(0, late);
    }
}
