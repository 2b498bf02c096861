using System.Text.Json;
using Interop.Server.Calls;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Measures;

/// <summary>A finished crisis encounter, as it is counted.</summary>
/// <param name="Person">Id of the Patient.</param>
/// <param name="Low">When it began, UTC microseconds.</param>
/// <param name="High">When it ended.</param>
/// <param name="Seconds">How long it was; null where it has no moments.</param>
/// <param name="ResponseSeconds">From the call until somebody arrived; null where that is not known.</param>
/// <param name="Model">The response model of Encounter.type; null where it has none.</param>
internal sealed record CrisisVisit(
    string Id, string Person, long Low, long High, long? Seconds, long? ResponseSeconds, string? Model)
{
    /// <summary>Other such encounters of the same person, and when they ended.</summary>
    public IReadOnlyList<(string Id, long End)> Others { get; init; } = [];
}

/// <summary>The finished crisis encounters of a programme.</summary>
internal sealed class CrisisVisits(CountedRecord record, string custodian)
{
    private const long Second = 1_000_000;
    private const string FollowUpVisit = "390906007";

    private static readonly string[] Elements = ["status", "type", "serviceProvider", "statusHistory", "period"];

    /// <summary>Those that ended within a time, in the order of their ids.</summary>
    public IReadOnlyList<CrisisVisit> Within(long from, long to)
    {
        var visits = Of(record.Within("Encounter", "date", from, to, Elements));
        var all = Of(record.Of("Encounter", "subject", "Patient", visits.Select(visit => visit.Person), "date", Elements))
            .DistinctBy(visit => visit.Id)
            .ToLookup(visit => visit.Person);
        return
        [
            .. visits.Select(visit => visit with
            {
                Others = [.. all[visit.Person].Where(other => other.Id != visit.Id).Select(other => (other.Id, other.High))],
            }),
        ];
    }

    private List<CrisisVisit> Of(IReadOnlyList<CountedResource> encounters)
    {
        var visits = encounters.Select(VisitOf).OfType<CrisisVisit>().OrderBy(visit => visit.Id, StringComparer.Ordinal).ToList();
        var contacts = record.Of(
                "Communication", "encounter", "Encounter", visits.Select(visit => visit.Id), null, "status", "statusReason")
            .Where(row => row.Read(root =>
                root.Text("status") == "completed" && root.Code("statusReason", ContactAttempt.Outcomes) == ContactAttempt.Reached))
            .Select(row => row.Target)
            .ToHashSet();
        return [.. visits.Where(visit => !contacts.Contains(visit.Id))];
    }

    private CrisisVisit? VisitOf(CountedResource encounter) => encounter.Read(root =>
    {
        var provider = root.At("serviceProvider").Text("reference");
        var isCounted = root.Text("status") == "finished"
            && encounter is { Subject: not null, Low: not null }
            && (provider is null || provider == $"Organization/{custodian}")
            && !root.All("type.coding").Any(coding => coding.Text("code") == FollowUpVisit);
        return isCounted ? Read(encounter, root) : null;
    });

    private static CrisisVisit Read(CountedResource encounter, JsonElement root)
    {
        var period = root.At("period");
        var (start, end) = (TaskBody.TimeAt(period, "start"), TaskBody.TimeAt(period, "end"));
        var called = Times(root, "planned").DefaultIfEmpty(start ?? long.MaxValue).Min();
        var arrived = Times(root, "arrived").DefaultIfEmpty(long.MinValue).Min();
        var high = encounter.High == long.MaxValue ? encounter.Low!.Value : encounter.High!.Value;
        return new(
            encounter.Id,
            encounter.Subject!,
            encounter.Low!.Value,
            high,
            start is { } began && end >= began ? (end - began) / Second : null,
            arrived >= called ? (arrived - called) / Second : null,
            root.Code("type", ResponseModels.CodeSystem));
    }

    private static IEnumerable<long> Times(JsonElement root, string status) => root.Items("statusHistory")
        .Where(span => span.Text("status") == status)
        .Select(span => TaskBody.TimeAt(span.At("period"), "start"))
        .OfType<long>();
}
