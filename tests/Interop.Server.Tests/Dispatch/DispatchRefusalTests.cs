using System.Text.Json.Nodes;
using Interop.Server.Dispatch.Eido;
using static Interop.Server.Tests.Dispatch.DispatchDesk;
using static Interop.Server.Tests.Dispatch.EidoSamples;
using Interop.Storage.Write;

namespace Interop.Server.Tests.Dispatch;

/// <summary>Well-formed messages whose content nobody could act on rightly: 422 with element and rule, and nothing is stored.</summary>
public sealed class DispatchRefusalTests : IAsyncLifetime
{
    private const string PersonGivenName = "personComponent[0].ncPersonComponent.PersonName.PersonGivenName";

    private DispatchDesk desk = null!;

    public static TheoryData<string, string, int> TooLong => new()
    {
        { "$id", "$id", 256 },
        { "issuingElementIdentification", "issuingElementIdentification", 256 },
        { "incidentComponent.incidentTypeCommonRegistryText", "incidentComponent.incidentTypeCommonRegistryText", 256 },
        { "incidentComponent.incidentTypeInternalText", "incidentComponent.incidentTypeInternalText", 100_001 },
        { "notesComponent[0].notesActionComments", "notesComponent[0].notesActionComments", 100_001 },
        { "locationComponent[0].locationByValue", "locationComponent[0].locationByValue", 100_001 },
        { "personComponent[0].personIncidentRoleRegistryText[0]", "personComponent[0].personIncidentRoleRegistryText[0]", 256 },
        { PersonGivenName, "personComponent[0].ncPersonComponent", 256 },
        { "somebodysExtension", "", 100_001 },
    };

    public async Task InitializeAsync() => desk = await DispatchDesk.StartAsync();

    public async Task DisposeAsync() => await desk.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    [InlineData("1")]
    [InlineData("Mirabel said so")]
    public async Task An_unknown_version(string version)
    {
        var message = Message(0, "Active");
        message["eidoVersion"] = version;

        var issue = Assert.Single(await desk.RefusedAsync(message, 422));

        Assert.Equal(("eidoVersion", "not-supported"), (Place(issue), issue.GetProperty("code").GetString()));
        Assert.DoesNotContain("Mirabel", issue.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "MERGED")]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "PARENT")]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "replacing")]
    [InlineData("linkComponent", "linkDirectionCode", "Child")]
    [InlineData("linkComponent", "linkDirectionCode", "REPLACED")]
    public async Task An_unknown_direction_of_a_merge_or_link(string component, string element, string direction)
    {
        var issue = Assert.Single(await desk.RefusedAsync(Related(component, element, direction), 422));

        Assert.Equal(($"{component}[0].{element}", "code-invalid"), (Place(issue), issue.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "REPLACING")]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "REPLACED")]
    [InlineData("mergeComponent", "incidentMergeDirectionCode", "SPLIT")]
    [InlineData("linkComponent", "linkDirectionCode", "PARENT")]
    [InlineData("linkComponent", "linkDirectionCode", "CHILD")]
    [InlineData("linkComponent", "linkDirectionCode", "RELATED")]
    public async Task A_known_direction_is_none(string component, string element, string direction)
    {
        await desk.AcceptedAsync(Related(component, element, direction));

        Assert.Contains($"\"{direction}\"", Assert.Single(await desk.StoredAsync("Encounter")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TooLong))]
    public async Task A_text_that_is_too_long(string member, string element, int length)
    {
        var issue = Assert.Single(await desk.RefusedAsync(WithText(member, length), 422));

        Assert.Equal((element, "too-long"), (Place(issue), issue.GetProperty("code").GetString()));
        Assert.DoesNotContain("somebody", issue.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$id", 255)]
    [InlineData("incidentComponent.incidentTypeInternalText", 100_000)]
    [InlineData("notesComponent[0].notesActionComments", 100_000)]
    [InlineData(PersonGivenName, 255)]
    public async Task A_text_of_the_greatest_length_is_stored(string member, int length) =>
        await desk.AcceptedAsync(WithText(member, length));

    [Fact]
    public async Task What_is_malformed_and_what_cannot_be_acted_on_are_told_at_once()
    {
        var message = Message(0, "Active");
        message["eidoVersion"] = "9";
        message.Remove("issuingElementIdentification");

        var issues = await desk.RefusedAsync(message, 400);

        Assert.Equal(["issuingElementIdentification", "eidoVersion"], issues.Select(Place));
    }

    [Fact]
    public void Bytes_that_are_no_message_have_no_content_to_review()
    {
        Assert.Empty(EidoReview.Of(new byte[] { (byte)'{', (byte)'"', 0xC0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' }));
        Assert.Empty(EidoReview.Of("""{"eidoVersion":"\ud800"}"""u8.ToArray()));
        Assert.Empty(EidoReview.Of("[]"u8.ToArray()));
    }

    [Fact]
    public async Task A_message_that_was_stored_before_a_rule_keeps_its_effect()
    {
        var earlier = Related("linkComponent", "linkDirectionCode", "Child");
        var bytes = Bytes(earlier);
        await desk.Server.Rows.WriteAsync(
            session => session.AddCadMessage(Stored(bytes)), CancellationToken.None);

        await desk.AcceptedAsync(Message(5, "ResourcesOnscene"));

        var encounter = Assert.Single(await desk.StoredAsync("Encounter"));
        Assert.Equal(("arrived", "2026-03-01T12:00:00-05:00"), ((string?)encounter["status"], (string?)encounter["period"]!["start"]));
    }

    private static JsonObject Related(string component, string element, string direction)
    {
        var message = Message(0, "Active");
        message[component] = new JsonArray(
            With(Component("r1", 0), ("incidentTrackingIdentifier", "urn:other"), (element, direction)));
        return message;
    }

    private static JsonObject WithText(string member, int length)
    {
        var message = EidoMessageTests.WithLocation("<p/>");
        message["notesComponent"] = new JsonArray(With(Component("n1", 0), ("notesActionComments", "x")));
        message["personComponent"]![0]!["ncPersonComponent"] = new JsonObject { ["PersonName"] = new JsonObject() };
        Set(message, member, new string('y', length));
        return message;
    }

    private static CadMessage Stored(byte[] bytes) =>
        new(Urn, Parsed(bytes).Hash, 0, 0, bytes) { Agencies = ["dispatch-center"] };
}
