using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Measures;
using Interop.Server.Outcomes;
using Interop.Server.Referrals;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention.Trial;

/// <summary>Reckons the features of <see cref="RiskFeatures"/> from the programme's own record, as it was at each moment.</summary>
internal sealed class VisitHistory(Strata strata, InteropSettings settings)
{
    private const string Missing = "entered-in-error";
    private const double Month = 30;

    private static readonly long Day = TimeSpan.FromDays(1).InMicroseconds();
    private static readonly long Year = RiskFeatures.Lookback * Day;

    private static readonly string[] Undone = ["failed", "rejected"];

    /// <summary>The kinds of groups, each with its codes, in the order of a moment's groups: by whom one was met is none of them.</summary>
    public IReadOnlyList<(string Kind, IReadOnlyList<string> Codes)> Kinds { get; } =
    [
        .. strata.Kinds.Where(kind => kind.Code != "response_model")
            .Select(kind => (kind.Code, (IReadOnlyList<string>)[.. kind.Groups.Select(group => group.Code)])),
    ];

    /// <summary>The ends of crisis encounters within a time, in order.</summary>
    /// <param name="from">The first microsecond, UTC.</param>
    /// <param name="to">The first one after it.</param>
    public IReadOnlyList<Moment> Within(CountedRecord record, long from, long to)
    {
        var visits = new CrisisVisits(record, settings.Custodian).Within(from, to);
        var persons = visits.Select(visit => visit.Person).Distinct().ToList();
        var earlier = EarlierOf(record, visits, persons);
        var encounters = earlier.SelectMany(visit => visit).Select(visit => visit.Id).Distinct().ToList();
        var transports = TransportsOf(record, encounters);
        var followUps = FollowUpsOf(record, encounters);
        var referrals = ReferralsOf(record, persons);
        var people = new CountedPeople(record, persons, strata, settings);
        return
        [
            .. visits.Select(visit => new Moment(visit.Id, visit.Person, visit.High, ValuesOf(visit), EndsOf(visit), GroupsOf(visit)))
                .OrderBy(moment => moment.Ended).ThenBy(moment => moment.Encounter, StringComparer.Ordinal),
        ];

        IReadOnlyList<double> ValuesOf(CrisisVisit visit)
        {
            var before = earlier[visit.Id].ToList();
            var last = before.Count == 0 ? (long?)null : before.Max(other => other.Ended);
            return
            [
                before.Count(other => other.Ended >= visit.High - (90 * Day)),
                before.Count,
                last is { } ended ? (visit.High - ended) / (Month * Day) : RiskFeatures.Lookback,
                before.Count(other => followUps[other.Id].Any(known => known <= visit.High)),
                before.Count(other => transports.Contains(other.Id)),
                referrals[visit.Person].Count(known => known <= visit.High && known > visit.High - Year),
            ];
        }

        IReadOnlyList<long> EndsOf(CrisisVisit visit) => [.. visit.Others.Select(other => other.End)];

        IReadOnlyList<string> GroupsOf(CrisisVisit visit) => [.. people.GroupsOf(visit.Person, visit.High, null).Take(Kinds.Count)];
    }

    /// <summary>
    /// By the id of a visit, the crisis encounters of the same person that ended in the year before it did: the ends are those that are
    /// counted, and the ids follow from them.
    /// </summary>
    private static ILookup<string, (string Id, long Ended)> EarlierOf(
        CountedRecord record, IReadOnlyList<CrisisVisit> visits, IReadOnlyList<string> persons)
    {
        var all = record.Of("Encounter", "subject", "Patient", persons, "date", "status")
            .Where(encounter => encounter is { Low: not null, High: not null })
            .Select(encounter => (
                encounter.Id,
                Person: encounter.Target,
                Ended: encounter.High == long.MaxValue ? encounter.Low!.Value : encounter.High!.Value))
            .ToLookup(encounter => encounter.Person);
        return visits
            .SelectMany(visit =>
            {
                var ends = visit.Others.Select(other => other.End).Where(end => end <= visit.High && end > visit.High - Year).ToHashSet();
                return all[visit.Person].Where(other => other.Id != visit.Id && ends.Contains(other.Ended))
                    .DistinctBy(other => other.Id)
                    .Select(other => (Of: visit.Id, other.Id, other.Ended));
            })
            .ToLookup(pair => pair.Of, pair => (pair.Id, pair.Ended));
    }

    /// <summary>Encounters of which it was said that the person was brought to an emergency department.</summary>
    private static HashSet<string> TransportsOf(CountedRecord record, IReadOnlyList<string> encounters) =>
    [
        .. record.Of("Observation", "encounter", "Encounter", encounters, null, "code", "status", "valueBoolean")
            .Where(row => row.Read(SaidFact.Read) is { Code: "ed-transport", Stands: true, Value: true })
            .Select(row => row.Target),
    ];

    /// <summary>By encounter, when it was known that its follow-up was not done.</summary>
    private static ILookup<string, long> FollowUpsOf(CountedRecord record, IReadOnlyList<string> encounters)
    {
        var tasks = record.Of("Task", "encounter", "Encounter", encounters, null, "code", "status", "lastModified")
            .Where(task => task.Read(root => root.Code("code", TaskBody.Kinds)) == FollowUpTask.Code)
            .ToList();
        var missed = record.Of(
                "DetectedIssue", "implicated", "Task", tasks.Select(task => task.Id), null, "code", "status", "identifiedDateTime")
            .Select(issue => (issue.Target, Known: issue.Read(root =>
                root.Code("code", FollowUpBreach.Issues) == FollowUpBreach.Code && root.Text("status") != Missing
                    ? TaskBody.TimeAt(root, "identifiedDateTime")
                    : null)))
            .Where(issue => issue.Known is not null)
            .ToLookup(issue => issue.Target, issue => issue.Known!.Value);
        return tasks
            .SelectMany(task => missed[task.Id].Concat(UndoneAt(task, null) is { } known ? [known] : []).Select(at => (task.Target, at)))
            .ToLookup(pair => pair.Target, pair => pair.at);
    }

    /// <summary>By person, when it was known of each referral that it would not be done.</summary>
    private static ILookup<string, long> ReferralsOf(CountedRecord record, IReadOnlyList<string> persons) => record
        .Of("Task", "patient", "Patient", persons, "authored-on", "code", "status", "lastModified")
        .Where(task => Referral.Is(task.Body))
        .Select(task => (task.Target, Known: UndoneAt(task, task.High)))
        .Where(task => task.Known is not null)
        .ToLookup(task => task.Target, task => task.Known!.Value);

    /// <summary>Since when a Task is failed or rejected; null where it is not.</summary>
    /// <param name="otherwise">Where it does not say when it was last changed.</param>
    private static long? UndoneAt(CountedResource task, long? otherwise) => task.Read(root =>
        Undone.Contains(root.Text("status")) ? TaskBody.TimeAt(root, "lastModified") ?? otherwise : null);
}
