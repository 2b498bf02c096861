using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Interop.Server.Dispatch;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Tests.Dispatch;

/// <summary>Hand-made messages of an invented city.</summary>
internal static class EidoSamples
{
    public const string Urn = "urn:emergency:uid:incidentid:42:dispatch.city.example";

    public static IncidentContext Context { get; } = new(
        "crisis-program",
        Encoding.UTF8.GetBytes("a secret for tests"),
        new Dictionary<string, string>
        {
            ["psap.city.example"] = "dispatch-center",
            ["crisis.city.example"] = "crisis-program",
            ["police.city.example"] = "city-police",
        },
        new Dictionary<int, string> { [1] = "stat", [2] = "urgent" });

    /// <summary>A message at 12:MM:00-05:00 with one patient; change what the test is about.</summary>
    public static JsonObject Message(int minute, params string[] statuses)
    {
        var message = Component(Urn, minute);
        message["eidoVersion"] = "1.0";
        message["issuingElementIdentification"] = "idx.city.example";
        message["agencyComponent"] = new JsonArray(Agency("psap.city.example", minute, "Dispatching"));
        message["personComponent"] = new JsonArray(Person("p1", minute, "Patient"));
        var incident = Component(Urn + ":inc", minute);
        incident["incidentTypeCommonRegistryText"] = "EDP";
        incident["incidentTypeInternalText"] = "Person shouting";
        incident["incidentStatusCommonRegistryText"] = new JsonArray([.. statuses.Select(status => JsonValue.Create(status))]);
        incident["internalIncidentId"] = "C-42";
        incident["incidentCommonPriorityNumber"] = 2;
        message["incidentComponent"] = incident;
        return message;
    }

    public static JsonObject Component(string id, int minute) => new()
    {
        ["$id"] = id,
        ["lastUpdateTimeStamp"] = $"2026-03-01T12:{minute:00}:00-05:00",
        ["updatedByAgencyReference"] = new JsonObject { ["$ref"] = "psap.city.example" },
    };

    public static JsonObject Agency(string id, int minute, params string[] roles) =>
        With(Component(id, minute), ("agencyRoleDescriptionRegistryText", Texts(roles)), ("agencyType", Texts("any")));

    public static JsonObject Person(string id, int minute, params string[] roles) =>
        With(Component(id, minute), ("personIncidentRoleRegistryText", Texts(roles)));

    public static JsonObject Unit(string name, int minute, params string[] statuses) =>
        With(
            Component("unit:" + name, minute),
            ("emergencyResourceTypeCommonRegistryText", "CrisisInterventionUnit"),
            ("emergencyResourceName", name),
            ("resourceAttributeRegistryText", Texts("CrisisInterventionSpecialist")),
            ("primaryUnitStatusRegistryText", "NotAvailable"),
            ("secondaryUnitStatusRegistryText", Texts(statuses)),
            ("agentReference", new JsonArray(new JsonObject { ["$ref"] = name + "@crisis.city.example" })));

    public static JsonObject Disposition(string code, int minute, string? text = null) =>
        With(
            Component("disposition:" + code, minute),
            ("dispositionCommonRegistryCode", code),
            ("dispositionPrimaryIndicator", true),
            ("dispositionDescriptionText", text ?? "As said"));

    public static JsonObject With(JsonObject target, params (string Name, JsonNode? Value)[] members)
    {
        foreach (var (name, value) in members)
        {
            target[name] = value;
        }

        return target;
    }

    /// <summary>Sets the member or item at a path such as <c>personComponent[0].eta</c>.</summary>
    public static void Set(JsonNode message, string path, JsonNode value)
    {
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", string.Empty, StringComparison.Ordinal).Split('.');
        var node = steps[..^1].Aggregate(message, (at, step) => at is JsonArray items ? items[Index(step)]! : at[step]!);
        if (node is JsonArray list)
        {
            list[Index(steps[^1])] = value;
        }
        else
        {
            node[steps[^1]] = value;
        }
    }

    private static int Index(string step) => int.Parse(step, CultureInfo.InvariantCulture);

    public static JsonArray Texts(params string[] texts) => [.. texts.Select(text => JsonValue.Create(text))];

    public static byte[] Bytes(JsonNode message) => Encoding.UTF8.GetBytes(message.ToJsonString());

    public static EidoMessage Parsed(JsonNode message) => Parsed(Bytes(message));

    public static EidoMessage Parsed(ReadOnlyMemory<byte> bytes) => Assert.IsType<EidoParse.Parsed>(EidoMessage.Parse(bytes)).Message;

    /// <summary>The mapped resources by type, as trees for looking at.</summary>
    public static ILookup<string, JsonNode> Mapped(params JsonObject[] messages) =>
        Incident.Map([.. messages.Select(Parsed)], Context)
            .ToLookup(resource => resource.Key.Type, resource => JsonNode.Parse(resource.Json)!);
}
