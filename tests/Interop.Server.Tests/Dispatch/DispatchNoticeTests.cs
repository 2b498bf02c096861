using System.Text.Json.Nodes;
using static Interop.Server.Tests.Dispatch.DispatchDesk;
using static Interop.Server.Tests.Dispatch.EidoSamples;

namespace Interop.Server.Tests.Dispatch;

/// <summary>What an accepted message has that is not known or not taken over: the answer names the element, never what it says.</summary>
public sealed class DispatchNoticeTests : IAsyncLifetime
{
    private const string Odd = "Mirabel of 12 Invented Street";

    private static readonly string[] Single =
        ["callBackReference", "unitLocationReference", "agencyReference", "updatedByAgencyReference", "updatedByAgentReference"];

    private DispatchDesk desk = null!;

    public static TheoryData<string> Registries =>
    [
        "incidentComponent.incidentTypeCommonRegistryText",
        "incidentComponent.incidentStatusCommonRegistryText[0]",
        "incidentComponent.dispositionComponent[0].dispositionCommonRegistryCode",
        "agencyComponent[0].agencyRoleDescriptionRegistryText[0]",
        "personComponent[0].personIncidentRoleRegistryText[1]",
        "locationComponent[0].locationTypeDescriptionRegistryText",
        "emergencyResourceComponent[0].emergencyResourceTypeCommonRegistryText",
        "emergencyResourceComponent[0].resourceAttributeRegistryText[0]",
        "emergencyResourceComponent[0].primaryUnitStatusRegistryText",
        "emergencyResourceComponent[0].secondaryUnitStatusRegistryText[0]",
        "cautionComponent[0].cautionSeverity",
    ];

    public static TheoryData<string, string> References => new()
    {
        { "incidentComponent", "personReference" },
        { "incidentComponent", "locationReference" },
        { "incidentComponent", "vehicleReference" },
        { "incidentComponent", "organizationReference" },
        { "incidentComponent", "agentReference" },
        { "incidentComponent", "notesReference" },
        { "personComponent[0]", "callBackReference" },
        { "personComponent[0]", "itemReference" },
        { "emergencyResourceComponent[0]", "unitLocationReference" },
        { "dispatchComponent[0]", "agencyReference" },
        { "dispatchComponent[0]", "emergencyResourceReference" },
        { "cautionComponent[0]", "updatedByAgencyReference" },
        { "cautionComponent[0]", "updatedByAgentReference" },
        { "cautionComponent[0]", "mediaReferences" },
        { "", "updatedByAgencyReference" },
    };

    public async Task InitializeAsync() => desk = await DispatchDesk.StartAsync();

    public async Task DisposeAsync() => await desk.DisposeAsync();

    [Fact]
    public async Task A_message_that_is_known_and_whole_is_accepted_without_a_word()
    {
        var answer = await desk.AcceptedAsync(Whole());

        Assert.False(answer.TryGetProperty("outcome", out _), answer.ToString());
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public async Task A_code_of_no_registry(string element)
    {
        var message = Whole();
        Set(message, element, Odd);

        var answer = await desk.AcceptedAsync(message);

        Assert.Contains($"warning {element}", Issues(answer));
        Assert.DoesNotContain("Mirabel", answer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(References))]
    public async Task A_reference_to_nothing_in_the_message(string component, string name)
    {
        var message = Whole();
        var isList = !Single.Contains(name);
        var reference = new JsonObject { ["$ref"] = Odd };
        Set(message, component.Length == 0 ? name : $"{component}.{name}", isList ? new JsonArray(reference) : reference);

        var answer = await desk.AcceptedAsync(message);

        var place = (component.Length == 0 ? name : $"{component}.{name}") + (isList ? "[0]" : string.Empty);
        Assert.Equal([$"warning {place}"], Issues(answer));
        Assert.DoesNotContain("Mirabel", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_to_a_component_of_another_kind()
    {
        var message = Whole();
        message["incidentComponent"]!["personReference"] = new JsonArray(new JsonObject { ["$ref"] = "loc" });

        Assert.Equal(["warning incidentComponent.personReference[0]"], Issues(await desk.AcceptedAsync(message)));
    }

    [Fact]
    public async Task What_is_kept_in_the_message_only()
    {
        var message = Whole();
        message["vehicleComponent"] = new JsonArray(Component("v1", 0));
        message["additionalDataComponent"] = new JsonArray(Component("d1", 0));
        message[Odd] = 1;
        message["personComponent"]!.AsArray().Add(Person("p2", 0, "Suspect"));
        message["locationComponent"]!.AsArray().Add(With(Component("loc2", 0), ("locationTypeDescriptionRegistryText", "Staging")));
        message["personComponent"]![0]!["ncPersonComponent"] = new JsonObject { ["PersonBirthDate"] = Odd, ["PersonSexCode"] = "X" };

        var answer = await desk.AcceptedAsync(message);

        Assert.Equal(
            [
                "information ", "information additionalDataComponent", "information locationComponent[1]",
                "information personComponent[1]", "information vehicleComponent", "warning personComponent[0].ncPersonComponent",
                "warning personComponent[0].ncPersonComponent",
            ],
            Issues(answer).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("Mirabel", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_hundred_are_counted_only()
    {
        var message = Whole();
        message["incidentComponent"]!["personReference"] =
            new JsonArray([.. Enumerable.Range(0, 150).Select(number => new JsonObject { ["$ref"] = $"nobody {number}" })]);

        var issues = (await desk.AcceptedAsync(message)).GetProperty("outcome").GetProperty("issue");

        Assert.Equal(101, issues.GetArrayLength());
        Assert.StartsWith("50 further", issues[100].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_is_undone_is_gone()
    {
        await desk.AcceptedAsync(Linked(0, "RELATED"));
        Assert.Contains("encounter-linked-incident", await desk.ContentAsync(), StringComparison.Ordinal);

        await desk.AcceptedAsync(Linked(5, "UNLINK"));
        Assert.DoesNotContain("encounter-linked-incident", await desk.ContentAsync(), StringComparison.Ordinal);
    }

    private static JsonObject Linked(int minute, string direction)
    {
        var message = Message(minute, "Active");
        message["linkComponent"] = new JsonArray(
            With(Component("l1", minute), ("incidentTrackingIdentifier", "urn:other"), ("linkDirectionCode", direction)));
        return message;
    }

    /// <summary>A message in which every code is known and every reference leads to something.</summary>
    private static JsonObject Whole()
    {
        var message = EidoMessageTests.WithLocation("<p/>");
        message["agentComponent"] = new JsonArray(With(
            Component("CRT1@crisis.city.example", 0),
            ("agentRoleRegistryText", Texts("Responding")),
            ("agencyReference", new JsonObject { ["$ref"] = "psap.city.example" })));
        message["personComponent"] = new JsonArray(Person("p1", 0, "Patient", "Caller"));
        message["emergencyResourceComponent"] = new JsonArray(Unit("CRT1", 0, "EnRoute"));
        message["dispatchComponent"] = new JsonArray(
            With(Component("d", 0), ("agencyReference", new JsonObject { ["$ref"] = "psap.city.example" })));
        message["incidentComponent"]!["dispositionComponent"] = new JsonArray(Disposition("03", 0));
        message["cautionComponent"] = new JsonArray(With(
            Component("c1", 0),
            ("cautionTypeInternalText", "Dog"),
            ("cautionTypeCommonRegistryText", "Animal"),
            ("cautionSeverity", "low")));
        return message;
    }
}
