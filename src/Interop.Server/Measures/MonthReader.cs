using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Interop.Server.Calls;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Outcomes;
using Interop.Server.Referrals;
using Interop.Server.Settings;
using Interop.Server.Staff;
using Interop.Server.Tasks;
using Interop.Sharing.Json;
using Interop.Storage.Read;

namespace Interop.Server.Measures;

/// <summary>All cases of one month, of what the programme's whole sight sees, as it is now.</summary>
internal sealed class MonthReader(
    EvaluationTable table, Calendar calendar, Strata strata, StaffReader staff, InteropSettings settings, Secrets secrets)
{
    private static readonly long Repeat = TimeSpan.FromDays(30).InMicroseconds();

    public IReadOnlyList<MeasureCase> Read(CountedRecord record, Period month)
    {
        var (from, to) = calendar.TimeOf(month);
        var visits = new CrisisVisits(record, settings.Custodian).Within(from, to);
        var facts = FactsOf(record, visits);
        var models = ModelsOf(record, visits);
        var tasks = TasksWithin(record, from, to);
        var people = record.ById(
                "Patient",
                visits.Select(visit => visit.Person).Concat(tasks.Select(task => task.Subject!)),
                "extension", "birthDate", "communication", "address")
            .ToDictionary(person => person.Id);
        return
        [
            .. visits.SelectMany(CasesOf),
            .. FollowUpsOf(record, visits).Select(followUp => Case(
                "follow-up-48h", followUp.Visit.Person, followUp.Visit.High, ModelOf(followUp.Visit), followUp.Outcome, null)),
            .. tasks.Select(TaskCase).OfType<MeasureCase>(),
            .. staff.Read(record, month.Start, month.End).SelectMany(StaffCases),
        ];

        // They are in no group: one is unknown of each kind, and no report looks.
        IEnumerable<MeasureCase> StaffCases(StaffMember member)
        {
            var groups = strata.Of(default, month.End, null);
            var pseudonym = PseudonymOf($"Practitioner/{member.Id}");
            var told = member.IsTold ? 1 : (int?)null;
            return
            [
                new("training-complete", pseudonym, member.IsTold ? member.IsTrained ? 1 : 0 : null, null, groups),
                new("refresher-current", pseudonym, member.IsTold ? member.IsCurrent ? 1 : 0 : null, null, groups),
                new("training-hours", pseudonym, told, member.IsTold ? member.Hours : null, groups),
                new("hands-on-hours", pseudonym, told, member.IsTold ? member.HandsOn : null, groups),
                new("staff-turnover", pseudonym, member.HasLeft is { } left ? left ? 1 : 0 : null, null, groups),
            ];
        }

        IEnumerable<MeasureCase> CasesOf(CrisisVisit visit)
        {
            foreach (var fact in new[] { "arrest", "force-used", "ed-transport" })
            {
                var said = facts[(visit.Id, fact)].Select(said => said.Value).ToList();
                yield return Of(fact, said.Contains(true) ? 1 : said.Contains(false) ? 0 : null, null);
            }

            yield return Of("response-time", visit.ResponseSeconds is null ? null : 1, visit.ResponseSeconds);
            var cost = CostOf(visit, ModelOf(visit));
            yield return Of("cost", cost is null ? null : 1, cost);
            yield return Of("repeat-contact-30d", visit.Earlier.Any(end => end <= visit.Low && visit.Low - end <= Repeat) ? 1 : 0, null);

            MeasureCase Of(string measure, int? outcome, long? amount) =>
                Case(measure, visit.Person, visit.High, ModelOf(visit), outcome, amount);
        }

        string? ModelOf(CrisisVisit visit) => models.GetValueOrDefault(visit.Id) ?? visit.Model;

        MeasureCase? TaskCase(CountedResource task) => task.Read(root => (
            IsReferral: Referral.Is(task.Body), IsCall: root.Code("code", TaskBody.Kinds) == OpenCalls.Code, Status: root.Text("status")))
        switch
        {
            { IsReferral: true, Status: not ("draft" or "cancelled" or "entered-in-error") } referral => Case(
                "referral-completed",
                task.Subject!,
                task.High!.Value,
                null,
                referral.Status switch { "completed" => 1, "rejected" or "failed" => 0, _ => null },
                null),
            { IsCall: true, Status: not ("cancelled" or "entered-in-error") } call =>
                Case("call-answered", task.Subject!, task.High!.Value, null, call.Status == "completed" ? 1 : 0, null),
            _ => null,
        };

        MeasureCase Case(string measure, string person, long instant, string? model, int? outcome, long? amount)
        {
            var day = settings.DayAt(instant);
            var groups = people.TryGetValue(person, out var known)
                ? known.Read(root => strata.Of(root, day, model))
                : strata.Of(default, day, model);
            return new(measure, PseudonymOf($"Patient/{person}"), outcome, amount, groups);
        }
    }

    /// <summary>The facts that stand, by encounter and code.</summary>
    private static ILookup<(string Visit, string Code), SaidFact> FactsOf(CountedRecord record, IReadOnlyList<CrisisVisit> visits) => record
        .Of("Observation", "encounter", "Encounter", visits.Select(visit => visit.Id), null, "code", "status", "valueBoolean")
        .Select(row => (row.Target, Fact: row.Read(SaidFact.Read)))
        .Where(said => said.Fact is { IsOutcome: true, Stands: true })
        .ToLookup(said => (said.Target, said.Fact.Code!), said => said.Fact);

    /// <summary>By whom an encounter was answered: the last order that stands.</summary>
    private static Dictionary<string, string> ModelsOf(CountedRecord record, IReadOnlyList<CrisisVisit> visits) => record
        .Of(
            "ServiceRequest", "encounter", "Encounter", visits.Select(visit => visit.Id), "authored", "code", "status", "intent")
        .Select(row => (row.Target, row.High, row.Id, Model: row.Read(root =>
            root.Text("status") is "active" or "completed" && root.Text("intent") == "order" ? ResponseModels.Of(root) : null)))
        .Where(order => order.Model is not null)
        .GroupBy(order => order.Target)
        .ToDictionary(orders => orders.Key, orders => orders.OrderBy(order => order.High).ThenBy(order => order.Id).Last().Model!);

    /// <summary>Whether the follow-up of each encounter was done in time; one that nobody wants is none.</summary>
    private static List<(CrisisVisit Visit, int? Outcome)> FollowUpsOf(CountedRecord record, IReadOnlyList<CrisisVisit> visits)
    {
        var tasks = record.Of("Task", "encounter", "Encounter", visits.Select(visit => visit.Id), null, "code", "status")
            .Where(task => task.Read(root => root.Code("code", TaskBody.Kinds)) == FollowUpTask.Code)
            .ToLookup(task => task.Target, task => (task.Id, Status: task.Read(root => root.Text("status"))));
        var missed = record.Of(
                "DetectedIssue",
                "implicated",
                "Task",
                visits.SelectMany(visit => tasks[visit.Id]).Select(task => task.Id),
                null,
                "code", "status")
            .Where(issue => issue.Read(root =>
                root.Code("code", FollowUpBreach.Issues) == FollowUpBreach.Code && root.Text("status") != "entered-in-error"))
            .Select(issue => issue.Target)
            .ToHashSet();
        return
        [
            .. visits
                .Select(visit => (visit, Task: tasks[visit.Id].Where(task => task.Status != "entered-in-error").Order().LastOrDefault()))
                .Where(followUp => followUp.Task.Status != "cancelled")
                .Select(followUp => (followUp.visit, OutcomeOf(followUp.Task.Id, followUp.Task.Status))),
        ];

        int? OutcomeOf(string? task, string? status) => task is null ? null
            : missed.Contains(task) || status is "failed" or "rejected" ? 0
            : status == "completed" ? 1
            : null;
    }

    private static List<CountedResource> TasksWithin(CountedRecord record, long from, long to) =>
        [.. record.Within("Task", "authored-on", from, to, "code", "status").Where(task => task.Subject is not null)];

    /// <summary>In hundredths; null where it can't be told.</summary>
    private long? CostOf(CrisisVisit visit, string? model) =>
        model is not null && table.CostPerHour.TryGetValue(model, out var cost) && visit.Seconds is { } seconds
            ? (long)Math.Round(cost * 100 * seconds / 3600, MidpointRounding.AwayFromZero)
            : null;

    /// <summary>The same for one person in all months, and nobody's who has not the server's secret.</summary>
    /// <param name="person"><c>Patient/id</c> or <c>Practitioner/id</c>.</param>
    private long PseudonymOf(string person) => BinaryPrimitives.ReadInt64BigEndian(
        HMACSHA256.HashData(secrets.Key.Span, Encoding.UTF8.GetBytes($"measured|{person}")));
}
