using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>
/// After 48 hours a follow-up that has not ended was missed. That is a DetectedIssue of its own, identified at the deadline, and stays true
/// whatever becomes of the follow-up.
/// </summary>
internal sealed class FollowUpBreach(Secrets secrets) : IDeadline
{
    public const string Code = "follow-up-missed";
    public const string Issues = CrisisProfiles.Base + "/CodeSystem/detected-issue";

    public string Kind => FollowUpDeadlines.Breach;

    public void Pass(GuardedTransaction transaction, ResourceKey task, long due)
    {
        if (transaction.BytesOf(task) is { } stored && new TaskBody(stored) is { IsOpen: true } open && open.Due == due)
        {
            Record(transaction, task, open, due);
        }
    }

    /// <summary>Writes down, once, that a follow-up was missed.</summary>
    public void Record(GuardedTransaction transaction, ResourceKey task, TaskBody body, long due)
    {
        var breach = MappedResource.Of(new DetectedIssue
        {
            Id = NameBasedId.Of(secrets.Key.Span, $"{Code}|{task}"),
            Status = ObservationStatus.Final,
            Code = new(Issues, Code),
            Severity = DetectedIssue.DetectedIssueSeverity.High,
            Patient = body.At("for")?.ToReference(),
            Identified = new FhirDateTime(Instants.ToDateTimeOffset(due).ToDateTimeText()),
            Implicated = [task.ToReference()],
        });
        if (transaction.KeeperOf(task) is { } keeper && !transaction.Has(breach.Key))
        {
            transaction.Put(breach.Key, keeper, breach.Json);
            transaction.Audit(FhirInteraction.Create, breach.Key.ToString(), "permit", detail => detail.WriteString("rule", Kind));
        }
    }
}
