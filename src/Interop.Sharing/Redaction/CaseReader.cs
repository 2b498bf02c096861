using System.Text;
using System.Text.Json;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>Reads the case relations that a resource establishes: an encounter, a care team or a task that is open.</summary>
internal static class CaseReader
{
    public static IReadOnlyList<CaseFact> Read(ReadOnlyMemory<byte> body, string kind, string patient, TierTable tiers, long instant)
    {
        using var document = JsonDocument.Parse(body, new() { MaxDepth = LocalReference.ReaderOptions.MaxDepth });
        var root = document.RootElement;
        var (organizations, interval) = kind switch
        {
            "encounter" => (Organizations(root, tiers, "serviceProvider"), Encounter(root)),
            "careTeam" => (Organizations(root, tiers, "managingOrganization", "participant.member"), CareTeam(root)),
            "task" => (Organizations(root, tiers, "owner"), Task(root, instant)),
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

    private static IEnumerable<string> Organizations(JsonElement root, TierTable tiers, params string[] paths) => paths
        .SelectMany(path => root.All(path))
        .Select(reference => reference.Text("reference") is { } text ? LocalReference.Parse(Encoding.UTF8.GetBytes(text), tiers) : null)
        .Where(key => key is { Type: "Organization" })
        .Select(key => key!.Value.Id);
}
