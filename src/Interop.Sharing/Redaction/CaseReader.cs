using System.Text.Json;
using Interop.Sharing.Consents;
using Interop.Sharing.Json;

namespace Interop.Sharing.Redaction;

/// <summary>
/// Reads the case relations that a resource establishes: an encounter, a care team or a task that is open. A case ends with the period
/// that the resource states, and with inactivity; nothing makes a case of what is over.
/// </summary>
public static class CaseReader
{
    /// <summary>Whether the time is over for which a Task was requested.</summary>
    public static bool IsOver(ReadOnlyMemory<byte> task, long instant)
    {
        using var document = JsonDocument.Parse(task, JsonReading.Options);
        return FhirPeriod.Read(document.RootElement.At("restriction"), "period").To <= instant;
    }

    /// <param name="organizationsAt">The organisations that the references at an element name.</param>
    /// <param name="instant">UTC microseconds of the write.</param>
    /// <param name="lapses">When an open case ends that nothing renews.</param>
    internal static IReadOnlyList<CaseFact> Read(
        ReadOnlyMemory<byte> body,
        string kind,
        string patient,
        Func<string, IReadOnlyList<string>> organizationsAt,
        long instant,
        long lapses)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        var root = document.RootElement;
        var (organizations, interval) = kind switch
        {
            "encounter" => (organizationsAt("serviceProvider"), Encounter(root, instant, lapses)),
            "careTeam" => ([.. organizationsAt("managingOrganization"), .. organizationsAt("participant.member")], CareTeam(root, lapses)),
            "task" => (organizationsAt("owner"), Task(root, instant, lapses)),
            _ => ([], null),
        };
        List<CaseFact> cases = [.. Facts(organizations, interval, isReferral: false)];
        if (kind != "task")
        {
            return cases;
        }

        var others = organizationsAt("owner").Concat(organizationsAt("requester"))
            .Except(cases.Select(fact => fact.Organization))
            .ToList();
        return [.. cases, .. Facts(others, Referral(root, lapses), isReferral: true)];

        IEnumerable<CaseFact> Facts(IReadOnlyList<string> whose, (long From, long To)? known, bool isReferral) =>
            known is { } open && open.From < open.To
                ? whose.Distinct().Select(organization => new CaseFact(
                    patient, organization, open.From == long.MinValue ? instant : open.From, open.To, isReferral))
                : [];
    }

    // An encounter that is only planned is no case yet; one that is finished was a case only if it says until when.
    private static (long From, long To)? Encounter(JsonElement root, long instant, long lapses) => root.Text("status") switch
    {
        "arrived" or "triaged" or "in-progress" or "onleave" => Until(lapses, FhirPeriod.Read(root, "period")),
        "finished" when FhirPeriod.Read(root, "period") is var period && period.To != long.MaxValue => Until(instant, period),
        _ => null,
    };

    private static (long From, long To)? CareTeam(JsonElement root, long lapses) =>
        root.Text("status") == "active" ? Until(lapses, FhirPeriod.Read(root, "period")) : null;

    // A party moves its own task on: a step that ends the case ends it when it is taken, whatever time the party writes.
    private static (long From, long To)? Task(JsonElement root, long instant, long lapses)
    {
        var execution = FhirPeriod.Read(root, "executionPeriod");
        var restriction = FhirPeriod.Read(root.At("restriction"), "period");
        var began = execution.From != long.MinValue ? execution.From : FhirPeriod.Start(root.Text("authoredOn")) ?? long.MinValue;
        var period = (Math.Max(began, restriction.From), Math.Min(execution.To, restriction.To));
        return root.Text("status") switch
        {
            "accepted" or "in-progress" or "on-hold" => Until(lapses, period),
            "completed" or "failed" or "cancelled" when FhirPeriod.Start(root.Text("lastModified")) is { } end =>
                Until(Math.Min(end, instant), period),
            _ => null,
        };
    }

    /// <summary>Who sent it and who is asked know of the person until it is over.</summary>
    private static (long From, long To)? Referral(JsonElement root, long lapses) =>
        root.Text("status") is "requested" or "received" or "accepted" or "in-progress" or "on-hold"
            ? Until(lapses, FhirPeriod.Read(root.At("restriction"), "period"))
            : null;

    private static (long From, long To) Until(long end, (long From, long To) period) => (period.From, Math.Min(period.To, end));
}
