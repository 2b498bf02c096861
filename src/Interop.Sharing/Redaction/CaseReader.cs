using System.Text.Json;
using Interop.Sharing.Consent;

namespace Interop.Sharing.Redaction;

/// <summary>Reads the case relations that a resource establishes: an encounter, a care team or a task that is open.</summary>
internal static class CaseReader
{
    /// <param name="organizationsAt">The organisations that the references at an element name.</param>
    public static IReadOnlyList<CaseFact> Read(ReadOnlyMemory<byte> body, string kind, string patient, Func<string, IReadOnlyList<string>> organizationsAt, long instant)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        var root = document.RootElement;
        var (organizations, interval) = kind switch
        {
            "encounter" => (organizationsAt("serviceProvider"), Encounter(root)),
            "careTeam" => ([.. organizationsAt("managingOrganization"), .. organizationsAt("participant.member")], CareTeam(root)),
            "task" => (organizationsAt("owner"), Task(root, instant)),
            _ => ([], null),
        };
        return interval is { } open && open.From < open.To
            ? [.. organizations.Distinct().Select(organization =>
                new CaseFact(patient, organization, open.From == long.MinValue ? instant : open.From, open.To))]
            : [];
    }

    // An encounter that is only planned is no case yet; one that is finished was a case only if it says until when.
    private static (long From, long To)? Encounter(JsonElement root) => root.Text("status") switch
    {
        "arrived" or "triaged" or "in-progress" or "onleave" => FhirPeriod.Read(root, "period"),
        "finished" when FhirPeriod.Read(root, "period") is var period && period.To != long.MaxValue => period,
        _ => null,
    };

    private static (long From, long To)? CareTeam(JsonElement root) =>
        root.Text("status") == "active" ? FhirPeriod.Read(root, "period") : null;

    // A party moves its own task on: a step that ends the case ends it when it is taken, whatever time the party writes.
    private static (long From, long To)? Task(JsonElement root, long instant)
    {
        var from = FhirPeriod.Start(root.At("executionPeriod").Text("start") ?? root.Text("authoredOn")) ?? long.MinValue;
        return root.Text("status") switch
        {
            "accepted" or "in-progress" or "on-hold" => (from, long.MaxValue),
            "completed" or "failed" or "cancelled" when FhirPeriod.Start(root.Text("lastModified")) is { } end =>
                (from, Math.Min(end, instant)),
            _ => null,
        };
    }
}
