using System.Text.Json.Nodes;
using Interop.Server.Dispatch;
using Interop.Server.Dispatch.Eido;
using static Interop.Server.Tests.Dispatch.DispatchDesk;
using static Interop.Server.Tests.Dispatch.EidoSamples;

namespace Interop.Server.Tests.Dispatch;

/// <summary>Messages without incidentComponent, such as the transfer of a call: about an incident all the same.</summary>
public sealed class DispatchTransferTests : IAsyncLifetime
{
    private DispatchDesk desk = null!;

    public async Task InitializeAsync() => desk = await DispatchDesk.StartAsync();

    public async Task DisposeAsync() => await desk.DisposeAsync();

    [Fact]
    public async Task A_transfer_of_an_unknown_incident_is_kept_and_the_answer_says_that_there_is_no_encounter()
    {
        var answer = await desk.AcceptedAsync(Transfer(0));

        Assert.Equal(Urn, answer.GetProperty("incident").GetString());
        Assert.False(answer.TryGetProperty("encounter", out _));
        Assert.Contains("information incidentComponent", Issues(answer));
        Assert.Empty(await desk.StoredAsync("Encounter"));
        Assert.Empty(await desk.StoredAsync("ServiceRequest"));
        var message = Assert.Single(await desk.StoredAsync("DocumentReference"));
        Assert.Null(message["context"]);
        Assert.Single(await desk.StoredAsync("Patient"));
        Assert.Equal(2, Assert.Single(await desk.StoredAsync("Provenance"))["target"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_answer_says_that_the_transfer_itself_has_no_effect()
    {
        var answer = await desk.AcceptedAsync(Transfer(0));

        Assert.Contains("information agencyComponent[1].agencyRoleDescriptionRegistryText", Issues(answer));
        Assert.Contains("information personComponent[0]", Issues(answer));
    }

    [Fact]
    public async Task What_a_transfer_said_takes_effect_when_its_incident_comes()
    {
        await desk.AcceptedAsync(Transfer(0));
        var answer = await desk.AcceptedAsync(Message(5, "Active"));

        var encounter = Assert.Single(await desk.StoredAsync("Encounter"));
        Assert.Equal("Encounter/" + encounter["id"], answer.GetProperty("encounter").GetString());
        Assert.Equal("2026-03-01T11:58:00-05:00", (string?)encounter["period"]!["start"]);
        Assert.Equal("2026-03-01T12:05:00-05:00", (string?)encounter["statusHistory"]![0]!["period"]!["start"]);
        Assert.All(await desk.StoredAsync("DocumentReference"), document => Assert.NotNull(document["context"]!["encounter"]));
    }

    [Fact]
    public async Task A_message_about_a_known_incident_has_its_effect_and_takes_nothing_back()
    {
        var opened = Message(5, "ResourcesAssigned");
        opened["agencyComponent"]!.AsArray().Add(Agency("police.city.example", 5, "Assisting"));
        await desk.AcceptedAsync(opened);
        var before = Assert.Single(await desk.StoredAsync("Encounter"));

        var contact = Transfer(10);
        contact["emergencyResourceComponent"] = new JsonArray(Unit("CRT1", 10, "PatientContact"));
        contact["notesComponent"] = new JsonArray(With(Component("n1", 10), ("notesActionComments", "At the door")));
        await desk.AcceptedAsync(contact);

        var after = Assert.Single(await desk.StoredAsync("Encounter"));
        Assert.Equal("in-progress", (string?)after["status"]);
        Assert.Equal(before["type"]!.ToJsonString(), after["type"]!.ToJsonString());
        Assert.Equal(before["priority"]!.ToJsonString(), after["priority"]!.ToJsonString());
        Assert.Contains("encounter-assigned-agency", after["extension"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(3, (await desk.StoredAsync("DocumentReference")).Count);
    }

    [Fact]
    public async Task The_order_of_arrival_changes_nothing()
    {
        await using var other = await DispatchDesk.StartAsync();
        var (transfer, opened, closed) = (Transfer(0), Message(5, "Active"), Message(20, "Closed"));
        foreach (var message in new[] { transfer, opened, closed })
        {
            await desk.AcceptedAsync(message);
        }

        foreach (var message in new[] { closed, opened, transfer })
        {
            await other.AcceptedAsync(message);
        }

        Assert.Equal(await desk.ContentAsync(), await other.ContentAsync());
    }

    [Fact]
    public void A_transfer_more_or_less_takes_no_resource_away()
    {
        EidoMessage[] all = [Parsed(Transfer(0)), Parsed(Message(5, "Active")), Parsed(Transfer(10)), Parsed(Message(20, "Closed"))];
        var whole = Incident.Map(all, Context).Select(resource => resource.Key).ToHashSet();

        Assert.All(
            Enumerable.Range(1, 15).Select(subset => all.Where((_, index) => (subset & (1 << index)) != 0)),
            part => Assert.Subset(whole, Incident.Map([.. part], Context).Select(resource => resource.Key).ToHashSet()));
    }

    [Fact]
    public async Task The_same_transfer_again_is_a_repetition_with_the_same_issues()
    {
        var first = await desk.AcceptedAsync(Transfer(0));
        var again = await desk.AcceptedAsync(Transfer(0));

        Assert.True(again.GetProperty("repeated").GetBoolean());
        Assert.Equal(Issues(first), Issues(again));
    }

    /// <summary>The shape of NENA's sample of a transferred call: a call, a caller, two agencies and no incidentComponent.</summary>
    private static JsonObject Transfer(int minute)
    {
        var message = Message(minute);
        message.Remove("incidentComponent");
        message["agencyComponent"]!.AsArray().Add(Agency("crisis.city.example", minute, "TransferredTo"));
        message["personComponent"] = new JsonArray(Person("caller", minute, "Caller"));
        message["callComponent"] = new JsonArray(With(
            Component("call", minute),
            ("standardPrimaryCallType", "emergency"),
            ("direction", "incoming"),
            ("callStateRegistryText", "callAnswered"),
            ("callStartTimestamp", "2026-03-01T11:58:00-05:00")));
        return message;
    }
}
