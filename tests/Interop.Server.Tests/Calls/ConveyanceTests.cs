using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Demo;
using Interop.Server.Conveyance;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Tests.Dispatch;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Calls;

/// <summary>Dispatch reads and subscribes to how an incident stands, and whether there is a plan: nothing clinical.</summary>
public sealed partial class ConveyanceTests : CallDesk
{
    private static DemoCaller Dispatch { get; } = DemoCaller.All.Single(caller => caller.Name == "dispatch");

    private static DemoCaller Police { get; } = new("police", "city-police", ["OVRPS"], ["officer"], "cad.read");

    [Fact]
    public async Task An_incident_comes_back_as_an_EIDO_with_states_units_and_its_end_at_once()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await FeedAsync(dispatch, WithUnit(EidoSamples.Message(1, "ResourcesEnroute"), 1, "EnRoute"));

        var before = await EidoAsync(dispatch, EidoSamples.Urn);
        await FeedAsync(dispatch, EidoSamples.With(
            WithUnit(EidoSamples.Message(2, "ResourcesOnscene"), 2, "OnScene"),
            ("dispositionComponent", new JsonArray())));
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        using (var closed = await navigator.ChangeAsync(call.Encounter, encounter =>
        {
            encounter["status"] = "finished";
            encounter["extension"] = new JsonArray(JsonNode.Parse(
                $$"""
                {"url":"{{Base}}/StructureDefinition/encounter-disposition","extension":[{"url":"code","valueCodeableConcept":{"coding":[
                {"system":"urn:nena:registry:EIDO-Disposition-Common","code":"15"}],"text":"Referred"} },
                {"url":"primary","valueBoolean":true}]}
                """));
        }))
        {
            Assert.True(closed.IsSuccessStatusCode, await closed.Content.ReadAsStringAsync());
        }

        var after = await EidoAsync(dispatch, "C-42");

        Assert.True(After(after, before), "what is newer says so");
        Assert.Equal("ResourcesAssigned", Status(before));
        Assert.Equal("Closed", Status(after));
        var unit = after.GetProperty("emergencyResourceComponent")[0];
        Assert.Equal(
            ("CRT-1", "OnScene"), (unit.Text("emergencyResourceName"), unit.GetProperty("secondaryUnitStatusRegistryText")[0].GetString()));
        var end = after.GetProperty("incidentComponent").GetProperty("dispositionComponent")[0];
        Assert.Equal(("15", "Referred"), (end.Text("dispositionCommonRegistryCode"), end.Text("dispositionDescriptionText")));
        var read = Assert.IsType<EidoParse.Parsed>(EidoMessage.Parse(Encoding.UTF8.GetBytes(after.GetRawText())));
        Assert.Equal(EidoSamples.Urn, read.Message.Incident);
        Assert.All(
            EidoReview.Of(Encoding.UTF8.GetBytes(after.GetRawText())),
            issue => Assert.Equal(Fhir.Validation.IssueSeverity.Information, issue.Severity));
    }

    [Fact]
    public async Task Nothing_of_the_record_but_the_states_is_told()
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await FeedAsync(dispatch, WithUnit(EidoSamples.Message(1, "Active"), 1, "EnRoute"));
        var plain = (await EidoAsync(dispatch, EidoSamples.Urn)).GetRawText();
        Server.Clock.Advance(TimeSpan.FromMinutes(1));

        await navigator.CreatedAsync(
            "Condition", Fixtures.Condition("c", call.Patient.Split('/')[1], "13746004", call.Encounter.Split('/')[1]));
        using (var noted = await navigator.ChangeAsync(call.Encounter, encounter =>
            encounter["reasonCode"] = JsonNode.Parse("""[{"text":"a secret"}]""")))
        {
            Assert.True(noted.IsSuccessStatusCode, await noted.Content.ReadAsStringAsync());
        }

        Assert.Equal(plain, (await EidoAsync(dispatch, EidoSamples.Urn)).GetRawText());
    }

    [Theory]
    [InlineData("none", "no")]
    [InlineData("shared", "yes")]
    [InlineData("kept", "no")]
    [InlineData("revoked", "no")]
    public async Task That_there_is_a_plan_is_told_as_far_as_the_person_shares_it(string plan, string told)
    {
        using var dispatch = Server.As("dispatch");
        using var navigator = Server.As("navigator");
        var call = await CallAsync(dispatch);
        var person = call.Patient.Split('/')[1];
        if (plan != "none")
        {
            await navigator.CreatedAsync("CarePlan", $$"""
                {"resourceType":"CarePlan","status":"active","intent":"plan","category":[{"coding":[
                {"system":"{{Base}}/CodeSystem/crisis-plan-category","code":"crisis-safety-plan"}]}],
                "subject":{"reference":"{{call.Patient}}"} }
                """);
        }

        if (plan is "shared" or "revoked")
        {
            var consent = Fixtures.Consent("x", person, "dispatch-center", "basic", purpose: "OVRPS")
                .Replace("\"period\":{\"start\":\"2026-06-01\",\"end\":\"2027-05-31\"},", "", StringComparison.Ordinal);
            var key = await navigator.CreatedAsync("Consent", consent);
            if (plan == "revoked")
            {
                using var revoked = await navigator.ChangeAsync(key, changed => changed["status"] = "inactive");
                Assert.True(revoked.IsSuccessStatusCode, await revoked.Content.ReadAsStringAsync());
            }
        }

        var eido = await EidoAsync(dispatch, EidoSamples.Urn);

        Assert.Equal($"has a plan: {told}", eido.GetProperty("additionalDataComponent")[0].Text("additionalDataByValue"));
    }

    [Fact]
    public async Task Only_who_is_named_in_it_and_whose_agreement_says_so_learns_of_an_incident()
    {
        using var dispatch = Server.As("dispatch");
        using var police = Server.As(Police);
        using var hospital = Server.As(new DemoCaller("hospital", "city-hospital", ["TREAT"], ["clinician"], "system/*.rs cad.read"));
        using var scopeless = Server.As(Dispatch with { Scope = "system/*.rs cad.write" });
        await CallAsync(dispatch);

        foreach (var (client, status) in new[] { (police, 403), (hospital, 403), (scopeless, 403) })
        {
            using var refused = await client.GetAsync($"/cad/eido/{EidoSamples.Urn}");
            await refused.OutcomeAsync(status);
        }

        await Server.ImportAsync(
            Custodian, Fixtures.Agreement("city-police", "basic", ["OVRPS"], scopes: ["cad.read"]));
        using var unnamed = await police.GetAsync($"/cad/eido/{EidoSamples.Urn}");
        using var unknown = await police.GetAsync("/cad/eido/urn:nothing");
        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await unnamed.Content.ReadAsStringAsync());
        await unnamed.OutcomeAsync(404);

        var assigned = EidoSamples.Message(3, "ResourcesAssigned");
        assigned["agencyComponent"]!.AsArray().Add(EidoSamples.Agency("police.city.example", 3, "Dispatched"));
        await FeedAsync(dispatch, assigned);
        var eido = await EidoAsync(police, EidoSamples.Urn);
        Assert.False(eido.TryGetProperty("additionalDataComponent", out _), "this agreement says nothing of plans");
    }

    [Fact]
    public async Task A_subscriber_is_told_what_is_there_and_what_changes_until_it_unsubscribes()
    {
        using var dispatch = Server.As("dispatch");
        await CallAsync(dispatch);
        using var socket = await ConnectAsync(Dispatch);
        Assert.Equal(EidoSubscriptions.Protocol, socket.SubProtocol);

        var id = await SubscribeAsync(socket);
        var first = await NextAsync(socket, "event");
        Assert.Equal((id, "Active"), (first.Text("subscriptionId"), Status(first.GetProperty("notification")[0])));
        await SendAsync(
            socket, $$"""{"eventResponse":{"transactionId":"{{first.Text("transactionId")}}","statusCode":200,"statusText":"OK"} }""");
        await FeedAsync(dispatch, WithUnit(EidoSamples.Message(4, "Closed"), 4, "Cleared"));
        var second = await NextAsync(socket, "event");
        Assert.Equal("Closed", Status(Assert.Single(second.GetProperty("notification").EnumerateArray())));

        await SendAsync(socket, $$"""{"unsubscribe":{"requestId":"r9","subscriptionId":"{{id}}"} }""");
        var ended = await NextAsync(socket, "unsubscribeResponse");
        Assert.Equal(("r9", 200), (ended.Text("requestId"), ended.GetProperty("statusCode").GetInt32()));
        await SendAsync(socket, $$"""{"subscribe":{"requestId":"r10","subscriptionId":"{{id}}"} }""");
        Assert.Equal(481, (await NextAsync(socket, "subscribeResponse")).GetProperty("statusCode").GetInt32());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task One_incident_can_be_subscribed_to_and_silence_is_broken()
    {
        using var dispatch = Server.As("dispatch");
        await CallAsync(dispatch);
        var other = EidoSamples.Message(0, "Active");
        other["$id"] = EidoSamples.Urn + "-other";
        await FeedAsync(dispatch, other);
        using var socket = await ConnectAsync(Dispatch);

        await SendAsync(socket, $$"""
            {"subscribe":{"requestId":"r1","requestType":"EIDO","requestSubType":"single","incidentId":"{{EidoSamples.Urn}}","minRate":600,
            "expires":1200,"requestAccepts":"application/emergency.eido+json; version=\"1\""} }
            """);
        var accepted = await NextAsync(socket, "subscribeResponse");
        Assert.Equal((600, 1200), (accepted.GetProperty("minRate").GetInt32(), accepted.GetProperty("expires").GetInt32()));
        var told = (await NextAsync(socket, "event")).GetProperty("notification");
        Assert.Equal(EidoSamples.Urn, Assert.Single(told.EnumerateArray()).Text("$id"));

        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty((await NextAsync(socket, "event")).GetProperty("notification").EnumerateArray());
        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(accepted.Text("subscriptionId"), (await NextAsync(socket, "terminate", "event")).Text("subscriptionId"));
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("""{"hello":1}""", 400)]
    [InlineData("""{"subscribe":{"requestType":"EIDO","requestSubType":"new"}}""", 400)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"LOG","requestSubType":"new"}}""", 406)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"some"}}""", 400)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"single"}}""", 400)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"new","incidentId":"x"}}""", 400)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"single","incidentId":"urn:nothing"}}""", 404)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"new","qualFilter":"$"}}""", 406)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"new","requestAccepts":"text/plain"}}""", 406)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"new","minRate":0}}""", 400)]
    [InlineData("""{"subscribe":{"requestId":"a","requestType":"EIDO","requestSubType":"new","expires":"soon"}}""", 400)]
    public async Task What_can_not_be_subscribed_to_is_refused_and_the_connection_goes_on(string request, int status)
    {
        using var socket = await ConnectAsync(Dispatch);

        await SendAsync(socket, request);

        var refused = await NextAsync(socket, "subscribeResponse");
        Assert.Equal(status, refused.GetProperty("statusCode").GetInt32());
        Assert.NotEmpty(refused.Text("statusText"));
        await SubscribeAsync(socket);
    }

    [Fact]
    public async Task The_end_of_the_agreement_ends_the_connection()
    {
        using var dispatch = Server.As("dispatch");
        await CallAsync(dispatch);
        using var socket = await ConnectAsync(Dispatch);
        await SubscribeAsync(socket);
        await NextAsync(socket, "event");

        await Server.ImportAsync(
            Custodian, Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"], status: "terminated", scopes: ["cad.read"]));

        await NextAsync(socket, "terminate", "event");
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, await ClosedAsync(socket));
    }

    [Fact]
    public async Task The_end_of_the_token_ends_the_connection()
    {
        using var socket = await ConnectAsync(Dispatch);
        await SubscribeAsync(socket);

        // The server's clock stands in another year than the issuer's; what ends here is what was remembered of the token.
        var verifier = Server.Part<Interop.Server.Security.TokenVerifier>();
        verifier.Revocations.Add(Server.Issuer.Authority, [Mark($"client:{Dispatch.ClientId}")]);

        await NextAsync(socket, "terminate", "event");
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, await ClosedAsync(socket));
    }

    [Fact]
    public async Task An_agency_has_ten_connections_and_takes_none_of_anothers()
    {
        var open = new List<ClientWebSocket>();
        for (var number = 0; number < 10; number++)
        {
            open.Add(await ConnectAsync(Dispatch));
        }

        Assert.Equal(429, await RefusedAsync(Dispatch));
        await open[0].CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await Eventually.IsSoAsync(async () =>
        {
            using var again = await ConnectAsync(Dispatch);
            return again.State == WebSocketState.Open;
        });
        Assert.All(open.Skip(1), socket => Assert.Equal(WebSocketState.Open, socket.State));
        open.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_handshake_needs_the_token_the_scope_and_the_sub_protocol()
    {
        Assert.Equal(401, await RefusedAsync(null));
        Assert.Equal(403, await RefusedAsync(Dispatch with { Scope = "system/*.rs" }));
        Assert.Equal(403, await RefusedAsync(Police));
        Assert.Equal(400, await RefusedAsync(Dispatch, "graphql-ws"));
        using var dispatch = Server.As("dispatch");
        using var plain = await dispatch.GetAsync(EidoSubscriptions.Path);
        await plain.OutcomeAsync(400);
    }

    private static string Mark(string what) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(
        System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(what)));

    private static JsonObject WithUnit(JsonObject message, int minute, string status) =>
        EidoSamples.With(message, ("emergencyResourceComponent", new JsonArray(EidoSamples.Unit("CRT-1", minute, status))));

    private static async Task<JsonElement> EidoAsync(HttpClient client, string incident)
    {
        using var answer = await client.GetAsync($"/cad/eido/{incident}");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/EmergencyCallData.eido+json", answer.Content.Headers.ContentType?.MediaType);
        return await answer.JsonAsync();
    }

    private static bool After(JsonElement eido, JsonElement other) => DateTimeOffset.Parse(
        eido.Text("lastUpdateTimeStamp"), System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.Parse(
        other.Text("lastUpdateTimeStamp"), System.Globalization.CultureInfo.InvariantCulture);

    private static string Status(JsonElement eido) =>
        eido.GetProperty("incidentComponent").GetProperty("incidentStatusCommonRegistryText")[0].GetString()!;
}
