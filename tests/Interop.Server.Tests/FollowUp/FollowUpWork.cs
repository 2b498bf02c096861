using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Subscriptions;
using Interop.Server.Tasks;

namespace Interop.Server.Tests.FollowUp;

/// <summary>What tests of follow-ups do over and over, with the words of who does it.</summary>
internal static class FollowUpWork
{
    public const string Base = Fixtures.Base;

    /// <summary>An encounter that ended when the tests' clock began.</summary>
    public static string Finished(string id, string patient) =>
        Fixtures.Encounter(id, patient, "finished").Replace("2026-11-20T11:00:00Z", "2026-11-22T12:00:00Z", StringComparison.Ordinal);

    /// <summary>Ends an encounter, and gives its follow-up.</summary>
    public static async Task<string> EndAsync(this HttpClient client, string encounter, string patient)
    {
        using var finished = await client.PutFhirAsync($"Encounter/{encounter}", Finished(encounter, patient));
        Assert.True(finished.IsSuccessStatusCode, await finished.Content.ReadAsStringAsync());
        return (await client.GetJsonAsync($"Task?code=follow-up-48h&encounter=Encounter/{encounter}")).Keys().Single();
    }

    /// <summary>Changes a stored resource as its reader does, with the version that he read or another.</summary>
    public static async Task<HttpResponseMessage> ChangeAsync(
        this HttpClient client, string key, Action<JsonObject> change, string? version = null)
    {
        var resource = JsonNode.Parse((await client.GetJsonAsync(key)).GetRawText())!.AsObject();
        version ??= resource["meta"]!["versionId"]!.GetValue<string>();
        change(resource);
        return await client.PutFhirAsync(key, resource.ToJsonString(), $"W/\"{version}\"");
    }

    public static async Task<HttpResponseMessage> OwnedAsync(this HttpClient client, string key, string owner, string? version = null) =>
        await client.ChangeAsync(key, task => task["owner"] = new JsonObject { ["reference"] = owner }, version);

    public static async Task<string> VersionAsync(this HttpClient client, string key) =>
        (await client.GetJsonAsync(key)).GetProperty("meta").GetProperty("versionId").GetString()!;

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string Attempt(
        string task, string patient, string outcome, string? encounter = null, string status = "completed") => $$"""
        {"resourceType":"Communication","meta":{"profile":["{{Base}}/StructureDefinition/contact-attempt"]},
        "basedOn":[{"reference":"{{task}}"}],"status":"{{status}}","statusReason":{"coding":[
        {"system":"{{Base}}/CodeSystem/contact-outcome","code":"{{outcome}}"}]},"subject":{"reference":"Patient/{{patient}}"}
        {{(encounter is null ? "" : $",\"encounter\":{{\"reference\":\"{encounter}\"}}")}},"sent":"2026-11-22T13:00:00Z"}
        """;

    public static string Contact(string patient, string kind = "VR", string status = "finished") => $$"""
        {"resourceType":"Encounter","status":"{{status}}","class":{
        "system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{kind}}"},"subject":{"reference":"Patient/{{patient}}"},
        "period":{"start":"2026-11-22T12:50:00Z","end":"2026-11-22T13:00:00Z"} }
        """;

    public static string Refusal(string id, string patient, string status = "active") => $$"""
        {"resourceType":"Consent","id":"{{id}}","status":"{{status}}","scope":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},"category":[{"coding":[
        {"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"Patient/{{patient}}"},"dateTime":"2026-11-21T10:00:00Z",
        "performer":[{"reference":"Patient/{{patient}}"}],"organization":[{"reference":"Organization/crisis-program"}],"policy":[
        {"uri":"{{Base}}/policy/sharing-consent"}],"provision":{"type":"deny","actor":[{"role":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},
        "reference":{"reference":"Organization/crisis-program"} }],"code":[{"coding":[
        {"system":"{{Base}}/CodeSystem/crisis-task","code":"follow-up-48h"}]}]} }
        """;

    /// <summary>
    /// Tells all that is to be told by now, and waits until nobody is being told: a clock that jumps meanwhile would end a lease.
    /// </summary>
    public static async Task QuietAsync(this RunningServer server)
    {
        for (var tries = 0; ; tries++)
        {
            await server.Part<Deliveries>().PassAsync(CancellationToken.None);
            await using var session = await server.Rows.OpenReadAsync(CancellationToken.None);
            var now = Hosting.Instants.ToMicroseconds(server.Clock.GetUtcNow());
            var isBusy = session.Rows.BodiesOf("Subscription").Select(stored => session.Rows.Channel(stored.Key.Id))
                .Any(channel => channel is { Kind: "rest-hook" } && (channel.LeasedUntil > 0 || channel.Due <= now));
            if (!isBusy)
            {
                return;
            }

            Assert.True(tries < 600, "Somebody is being told all the time.");
            await Task.Delay(20);
        }
    }

    /// <summary>A system of a caller's agency, which acts for itself.</summary>
    public static HttpClient AsSystem(this RunningServer server, string name)
    {
        var caller = Interop.Demo.DemoCaller.All.Single(caller => caller.Name == name);
        return server.As(caller, ("sub", caller.ClientId));
    }

    /// <summary>Lets time pass, and what is due then.</summary>
    public static async Task PassAsync(this RunningServer server, TimeSpan time)
    {
        server.Clock.Advance(time);
        await server.Part<Deadlines>().PassAsync(CancellationToken.None);
    }
}
