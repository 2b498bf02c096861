using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Interop.Demo;
using Interop.Server.Tests.FollowUp;
using Interop.Server.Tests.KitClient;
using Xunit.Abstractions;
using Task = System.Threading.Tasks.Task;

namespace Interop.Server.Tests.Referrals;

/// <summary>
/// Two referrals from request to outcome, each side with a library of its own: the hospital is npm's <c>fhir-kit-client</c>, the shelter
/// Firely's <c>FhirClient</c>, and the programme is told of every step at an endpoint.
/// </summary>
public sealed class ClientJourneyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Topic = Fixtures.Base + "/SubscriptionTopic/referral";

    private readonly LoopbackPort port = LoopbackPort.Any();
    private RunningServer server = null!;
    private SubscriberEndpoint programme = null!;
    private SubscriberEndpoint shelter = null!;

    public async Task InitializeAsync()
    {
        (programme, shelter) = (await SubscriberEndpoint.StartAsync(), await SubscriberEndpoint.StartAsync());
        server = await RunningServer.StartOnAsync(
            port, settings: [$"--Interop:PublicUrl={port.Url}/fhir", "--Interop:Subscriptions:PrivateAddresses=true"]);
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("family-services", "shelter"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("family-services", "intermediate", ["COC"]),
            Fixtures.Patient("p1"),
            Fixtures.Consent("c1", "p1", "city-hospital"),
            Fixtures.Consent("c2", "p1", "family-services", purpose: "COC"));
        using var navigator = server.AsSystem("navigator");
        await SubscribeAsync(navigator, programme);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await programme.DisposeAsync();
        await shelter.DisposeAsync();
    }

    [NodeFact(KitScript.Library)]
    public async Task The_hospital_runs_a_referral_to_its_outcome_with_fhir_kit_client()
    {
        using var hospital = server.AsSystem("hospital");
        await using var script = new KitScript(output, "hospital.mjs", $"{port.Url}/fhir", hospital);
        await script.SaysAsync("subscribed");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var navigator = server.As("navigator");
        var task = await SentAsync(navigator, "city-hospital");
        await script.SaysAsync("done");

        await ToldAsync(task, "completed");
        var seen = await navigator.GetJsonAsync(task);
        var outcome = seen.GetProperty("output").EnumerateArray().ToList();
        Assert.Contains(outcome, item => item.ToString().Contains("305056002", StringComparison.Ordinal));
        Assert.Contains(outcome, item => item.ToString().Contains("2026-11-22T11:30:00Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_shelter_takes_one_referral_on_and_refuses_another_with_Firelys_client()
    {
        using var http = server.AsSystem("social");
        using var client = new FhirClient(
            $"{port.Url}/fhir", http, new() { PreferredFormat = ResourceFormat.Json, ReturnPreference = ReturnPreference.Representation });
        var asked = new Subscription
        {
            Status = Subscription.SubscriptionStatus.Requested,
            Reason = "Referrals to us",
            Criteria = Topic,
            Channel = new() { Type = Subscription.SubscriptionChannelType.RestHook, Endpoint = shelter.Url },
        };
        var subscription = (await client.CreateAsync(asked))!;
        await shelter.WaitAsync(1);
        using var navigator = server.As("navigator");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await SentAsync(navigator, "family-services");

        // It is told the address, and reads what there is.
        var message = (await shelter.WaitAsync(2))[1];
        var address = message.GetProperty("entry")[1].Text("fullUrl");
        var task = (await client.ReadAsync<Hl7.Fhir.Model.Task>(address))!;
        var request = (await client.ReadAsync<ServiceRequest>(task.Focus!.Reference!))!;
        Assert.Equal("183524004", request.Code!.Coding[0].Code);
        Assert.Equal("2.0", task.BusinessStatus!.Coding[0].Code);
        task = await MovedAsync(client, task, Hl7.Fhir.Model.Task.TaskStatus.Accepted);
        Assert.Equal("3.0", task.BusinessStatus!.Coding[0].Code);
        task = await MovedAsync(client, task, Hl7.Fhir.Model.Task.TaskStatus.InProgress);
        task.Output = [new() { Type = new() { Text = "outcome" }, Value = new FhirString("has a bed") }];
        task = await MovedAsync(client, task, Hl7.Fhir.Model.Task.TaskStatus.Completed);
        Assert.Equal("7.0", task.BusinessStatus!.Coding[0].Code);
        await ToldAsync($"Task/{task.Id}", "completed");
        Assert.Equal("has a bed", (await navigator.GetJsonAsync($"Task/{task.Id}")).GetProperty("output")[0].Text("valueString"));

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await SentAsync(navigator, "family-services");
        var other = (await client.ReadAsync<Hl7.Fhir.Model.Task>(second))!;
        other.Status = Hl7.Fhir.Model.Task.TaskStatus.Rejected;
        var unsaid = await Assert.ThrowsAsync<FhirOperationException>(() => client.UpdateAsync(other, versionAware: true));
        Assert.Contains("statusReason", unsaid.Outcome!.Issue[0].Diagnostics, StringComparison.Ordinal);
        other.StatusReason = new() { Text = "no bed" };
        other = await MovedAsync(client, other, Hl7.Fhir.Model.Task.TaskStatus.Rejected);
        Assert.Equal("4.0", other.BusinessStatus!.Coding[0].Code);
        await ToldAsync(second, "rejected");

        subscription = (await client.ReadAsync<Subscription>($"Subscription/{subscription.Id}"))!;
        Assert.Equal(Subscription.SubscriptionStatus.Active, subscription.Status);
    }

    private async Task<Hl7.Fhir.Model.Task> MovedAsync(
        FhirClient client, Hl7.Fhir.Model.Task task, Hl7.Fhir.Model.Task.TaskStatus status)
    {
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        task.Status = status;
        return (await client.UpdateAsync(task, versionAware: true))!;
    }

    /// <summary>Waits until the programme was told of a Task that is so far.</summary>
    private async Task ToldAsync(string task, string status)
    {
        for (var tries = 0; !programme.Received.Any(message => IsOf(message, task, status)); tries++)
        {
            Assert.True(tries < 600, $"Nobody said that {task} is {status}.");
            await Task.Delay(50);
        }

        static bool IsOf(JsonElement message, string task, string status) =>
            message.GetProperty("entry").EnumerateArray().Skip(1).Any(entry =>
                entry.Text("fullUrl").EndsWith(task, StringComparison.Ordinal)
                && entry.GetProperty("resource").Text("status") == status);
    }

    private static async Task SubscribeAsync(HttpClient client, SubscriberEndpoint endpoint)
    {
        await client.CreatedAsync("Subscription", $$"""
            {"resourceType":"Subscription","status":"requested","reason":"x","criteria":"{{Topic}}",
            "channel":{"type":"rest-hook","endpoint":"{{endpoint.Url}}","_payload":{"extension":[{
            "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
            "valueCode":"full-resource"}]} } }
            """);
        await endpoint.WaitAsync(1);
    }

    private static async Task<string> SentAsync(HttpClient navigator, string owner)
    {
        using var answer = await navigator.PostFhirAsync(string.Empty, $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01","resource":{"resourceType":"ServiceRequest","status":"active",
            "intent":"order","priority":"urgent","code":{"coding":[{"system":"http://snomed.info/sct","code":"183524004"}]},
            "subject":{"reference":"Patient/p1"},"authoredOn":"2026-11-22T11:00:00Z",
            "requester":{"reference":"Organization/crisis-program"} },"request":{"method":"POST","url":"ServiceRequest"} },
            {"resource":{"resourceType":"Task","status":"requested","intent":"order","priority":"urgent","code":{"coding":[
            {"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
            "focus":{"reference":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0b01"},"for":{"reference":"Patient/p1"},
            "authoredOn":"2026-11-22T11:00:00Z","requester":{"reference":"Organization/crisis-program"},
            "owner":{"reference":"Organization/{{owner}}"} },"request":{"method":"POST","url":"Task"} }]}
            """);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var location = (await answer.JsonAsync()).GetProperty("entry")[1].GetProperty("response").Text("location");
        return location[(location.IndexOf("/fhir/", StringComparison.Ordinal) + 6)..].Split("/_history")[0];
    }
}
