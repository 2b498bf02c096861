using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;

namespace Interop.Server.EarlyIntervention;

/// <summary>The drafts and outreaches that somebody still has to do something about, and how they end by themselves.</summary>
internal sealed class OpenPredictions(SearchQueryParser queries, FollowUps followUps, InteropSettings settings, Secrets secrets)
{
    /// <summary>Whether the person has said that she does not want to be sought out.</summary>
    public bool IsRefused(GuardedTransaction transaction, ResourceKey patient) =>
        followUps.RefusalOf(transaction, patient, FollowUpTask.Code, OutreachTask.Code) is not null;

    /// <summary>The person's drafts.</summary>
    public IReadOnlyList<ResourceKey> DraftsOf(GuardedTransaction transaction, ResourceKey patient) =>
        Drafts(transaction, ("patient", patient.ToString()));

    /// <summary>The person's outreaches that have not ended.</summary>
    public IReadOnlyList<ResourceKey> OutreachesOf(GuardedTransaction transaction, ResourceKey patient) =>
    [
        .. Found(
            transaction,
            "Task",
            _ => true,
            ("code", $"{TaskBody.Kinds}|{OutreachTask.Code}"),
            ("patient", patient.ToString()),
            ("status", string.Join(',', TaskBody.Open))),
    ];

    /// <summary>Ends all drafts that there are: day by day, for none is older than a draft may become.</summary>
    /// <returns>How many there were.</returns>
    public int RetireAll(GuardedTransaction transaction, string reason)
    {
        var today = DateOnly.FromDateTime(Instants.ToDateTimeOffset(transaction.Instant).UtcDateTime);
        var retired = 0;

        // A draft is dated by its encounter, which ended some days before it was made.
        var oldest = today.AddDays(-EarlyInterventionSettings.MostDraftDays - DraftWorker.Days - 2);
        for (var day = oldest; day <= today.AddDays(1); day = day.AddDays(1))
        {
            foreach (var key in Drafts(transaction, ("date", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))))
            {
                Retire(transaction, key, reason, "model-stopped");
                retired++;
            }
        }

        return retired;
    }

    /// <summary>Ends a draft that nobody has decided about.</summary>
    public void Retire(GuardedTransaction transaction, ResourceKey key, string reason, string rule)
    {
        if (transaction.BytesOf(key) is { } stored && new PredictionBody(stored) is { IsDraft: true } draft)
        {
            transaction.Put(key, settings.Custodian, draft.Moved(Predictions.Cancelled, reason, transaction.Instant));
            transaction.Audit(FhirInteraction.Update, key.ToString(), "permit", detail => detail.WriteString("rule", rule));
        }
    }

    /// <summary>Ends an outreach that nobody is to do any more.</summary>
    public void End(GuardedTransaction transaction, ResourceKey task, string reason, string text)
    {
        if (transaction.BytesOf(task) is { } stored && new TaskBody(stored) is { IsOpen: true } open)
        {
            transaction.Put(task, settings.Custodian, open.End("cancelled", reason, text, transaction.Instant).Bytes);
            transaction.Audit(FhirInteraction.Update, task.ToString(), "permit", detail => detail.WriteString("rule", OutreachTask.Code));
        }
    }

    /// <summary>The outreach that follows from a prediction.</summary>
    public ResourceKey OutreachOf(ResourceKey prediction) => OutreachTask.KeyOf(prediction, secrets.Key.Span);

    private List<ResourceKey> Drafts(GuardedTransaction transaction, (string, string) narrowed) => Found(
        transaction,
        "RiskAssessment",
        stored => new PredictionBody(stored).IsDraft,
        ("method", $"{Predictions.Methods}|{Predictions.Method}"),
        narrowed);

    private List<ResourceKey> Found(
        GuardedTransaction transaction, string type, Func<ReadOnlyMemory<byte>, bool> isWanted, params (string, string)[] pairs) =>
    [
        .. transaction.Search(
                queries.ParseOwn(type, transaction.Instant, pairs) with { Count = SearchQuery.MaximumCount },
                Sights.OfCustodian(settings.Custodian, transaction.Instant),
                isWanted)
            .Select(found => found.Key),
    ];
}
