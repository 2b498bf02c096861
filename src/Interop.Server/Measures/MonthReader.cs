using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;
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

/// <summary>All cases of a time, of what some eyes see of the programme's record as it is now: the whole sight's are frozen.</summary>
internal sealed class MonthReader(
    EvaluationTable table, Calendar calendar, Strata strata, StaffReader staff, InteropSettings settings, Secrets secrets)
{
    private static readonly long Repeat = TimeSpan.FromDays(30).InMicroseconds();

    /// <summary>The cases, to be frozen.</summary>
    public IReadOnlyList<MeasureCase> Read(CountedRecord record, Period month)
    {
        var (from, to) = calendar.TimeOf(month);
        return [.. Cases(record, from, to).Concat(StaffCases(record, month.Start, month.End)).Select(counted => counted.Case)];
    }

    /// <summary>All cases of those who were helped.</summary>
    /// <param name="record">Through whose eyes: what they do not see is neither a case nor says anything of one.</param>
    /// <param name="from">The first microsecond, UTC.</param>
    /// <param name="to">The first one after it.</param>
    public IEnumerable<CountedCase> Cases(CountedRecord record, long from, long to)
    {
        var visits = new CrisisVisits(record, settings.Custodian).Within(from, to);
        var facts = FactsOf(record, visits);
        var models = ModelsOf(record, visits);
        var tasks = TasksWithin(record, from, to);
        var people = new CountedPeople(
            record, visits.Select(visit => visit.Person).Concat(tasks.Select(task => task.Subject!)), strata, settings);
        return visits.SelectMany(CasesOf)
            .Concat(FollowUpsOf(record, visits).Select(followUp => OfVisit(
                "follow-up-48h", followUp.Visit, followUp.Outcome, null, followUp.Evidence)))
            .Concat(tasks.Select(TaskCase).OfType<CountedCase>());

        IEnumerable<CountedCase> CasesOf(CrisisVisit visit)
        {
            foreach (var fact in new[] { "arrest", "force-used", "ed-transport" })
            {
                var said = facts[(visit.Id, fact)].ToList();
                var values = said.Select(one => one.Value).ToList();
                yield return OfVisit(
                    fact,
                    visit,
                    values.Contains(true) ? 1 : values.Contains(false) ? 0 : null,
                    null,
                    said.Select(one => new ResourceKey("Observation", one.Id)));
            }

            yield return OfVisit("response-time", visit, visit.ResponseSeconds is null ? null : 1, visit.ResponseSeconds, []);
            var cost = CostOf(visit, ModelOf(visit));
            yield return OfVisit("cost", visit, cost is null ? null : 1, cost, []);
            var before = visit.Others.Where(other => other.End <= visit.Low && visit.Low - other.End <= Repeat).ToList();
            yield return OfVisit(
                "repeat-contact-30d",
                visit,
                before.Count > 0 ? 1 : 0,
                null,
                before.Select(other => new ResourceKey("Encounter", other.Id)));
        }

        CountedCase OfVisit(string measure, CrisisVisit visit, int? outcome, long? amount, IEnumerable<ResourceKey> evidence) => Case(
            measure, visit.Person, visit.High, ModelOf(visit), outcome, amount, EvidenceOf(visit, evidence));

        IEnumerable<ResourceKey> EvidenceOf(CrisisVisit visit, IEnumerable<ResourceKey> further)
        {
            yield return new("Encounter", visit.Id);
            foreach (var key in further)
            {
                yield return key;
            }

            if (models.TryGetValue(visit.Id, out var order))
            {
                yield return new("ServiceRequest", order.Id);
            }
        }

        string? ModelOf(CrisisVisit visit) => models.TryGetValue(visit.Id, out var order) ? order.Model : visit.Model;

        CountedCase? TaskCase(CountedResource task) => task.Read(root => (
            IsReferral: Referral.Is(task.Body), IsCall: root.Code("code", TaskBody.Kinds) == OpenCalls.Code, Status: root.Text("status")))
        switch
        {
            { IsReferral: true, Status: not ("draft" or "cancelled" or "entered-in-error") } referral => OfTask(
                "referral-completed", task, referral.Status switch { "completed" => 1, "rejected" or "failed" => 0, _ => null }),
            { IsCall: true, Status: not ("cancelled" or "entered-in-error") } call =>
                OfTask("call-answered", task, call.Status == "completed" ? 1 : 0),
            _ => null,
        };

        CountedCase OfTask(string measure, CountedResource task, int? outcome) =>
            Case(measure, task.Subject!, task.High!.Value, null, outcome, null, [new("Task", task.Id)]);

        CountedCase Case(
            string measure, string person, long instant, string? model, int? outcome, long? amount, IEnumerable<ResourceKey> evidence) =>
            new(
                new(measure, PseudonymOf($"Patient/{person}"), outcome, amount, people.GroupsOf(person, instant, model)),
                person,
                evidence.Concat(people.EvidenceOf(person, instant)));
    }

    /// <summary>All cases of the programme's own people in one month. They are in no group: one is unknown of each kind.</summary>
    public IEnumerable<CountedCase> StaffCases(CountedRecord record, DateOnly first, DateOnly last)
    {
        var groups = strata.Of(default, null, null, last, null);
        return staff.Read(record, first, last).SelectMany(CasesOf);

        IEnumerable<CountedCase> CasesOf(StaffMember member)
        {
            var told = member.IsTold ? 1 : (int?)null;
            return
            [
                Case(member, "training-complete", member.IsTold ? member.IsTrained ? 1 : 0 : null, null),
                Case(member, "refresher-current", member.IsTold ? member.IsCurrent ? 1 : 0 : null, null),
                Case(member, "training-hours", told, member.IsTold ? member.Hours : null),
                Case(member, "hands-on-hours", told, member.IsTold ? member.HandsOn : null),
                Case(member, "staff-turnover", member.HasLeft is { } left ? left ? 1 : 0 : null, null),
            ];
        }

        CountedCase Case(StaffMember member, string measure, int? outcome, long? amount) => new(
            new(measure, PseudonymOf($"Practitioner/{member.Id}"), outcome, amount, groups),
            null,
            member.Roles.Select(role => new ResourceKey("PractitionerRole", role)).Prepend(new("Practitioner", member.Id)));
    }

    /// <summary>The facts that stand, by encounter and code.</summary>
    private static ILookup<(string Visit, string Code), (string Id, bool? Value)> FactsOf(
        CountedRecord record, IReadOnlyList<CrisisVisit> visits) => record
        .Of("Observation", "encounter", "Encounter", visits.Select(visit => visit.Id), null, "code", "status", "valueBoolean")
        .Select(row => (row.Target, row.Id, Fact: row.Read(SaidFact.Read)))
        .Where(said => said.Fact is { IsOutcome: true, Stands: true })
        .ToLookup(said => (said.Target, said.Fact.Code!), said => (said.Id, said.Fact.Value));

    /// <summary>By whom an encounter was answered: the last order that stands.</summary>
    private static Dictionary<string, (string Id, string Model)> ModelsOf(CountedRecord record, IReadOnlyList<CrisisVisit> visits) => record
        .Of(
            "ServiceRequest", "encounter", "Encounter", visits.Select(visit => visit.Id), "authored", "code", "status", "intent")
        .Select(row => (row.Target, row.High, row.Id, Model: row.Read(root =>
            root.Text("status") is "active" or "completed" && root.Text("intent") == "order" ? ResponseModels.Of(root) : null)))
        .Where(order => order.Model is not null)
        .GroupBy(order => order.Target)
        .ToDictionary(
            orders => orders.Key,
            orders => orders.OrderBy(order => order.High).ThenBy(order => order.Id).Select(order => (order.Id, order.Model!)).Last());

    /// <summary>Whether the follow-up of each encounter was done in time; one that nobody wants is none.</summary>
    private static List<(CrisisVisit Visit, int? Outcome, IEnumerable<ResourceKey> Evidence)> FollowUpsOf(
        CountedRecord record, IReadOnlyList<CrisisVisit> visits)
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
            .ToLookup(issue => issue.Target, issue => issue.Id);
        return
        [
            .. visits
                .Select(visit => (visit, Task: tasks[visit.Id].Where(task => task.Status != "entered-in-error").Order().LastOrDefault()))
                .Where(followUp => followUp.Task.Status != "cancelled")
                .Select(followUp => (
                    followUp.visit, OutcomeOf(followUp.Task.Id, followUp.Task.Status), EvidenceOf(followUp.Task.Id))),
        ];

        int? OutcomeOf(string? task, string? status) => task is null ? null
            : missed.Contains(task) || status is "failed" or "rejected" ? 0
            : status == "completed" ? 1
            : null;

        IEnumerable<ResourceKey> EvidenceOf(string? task) => task is null ? []
            : missed[task].Distinct().Select(id => new ResourceKey("DetectedIssue", id)).Prepend(new("Task", task));
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
