using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// The kill switch. It needs no file of a model: whatever model works on this database stops, at every server, with the next transaction
/// that would have made a draft.
/// </summary>
internal sealed class ModelStops(GuardedStore store, OpenPredictions open, SearchQueryParser queries, InteropSettings settings)
{
    public const string Target = "RiskAssessment/$stop-model";

    /// <summary>For an operator at the machine.</summary>
    /// <inheritdoc cref="StopAll"/>
    public Task<(int Models, int Drafts)> StopAsync(string reason, CancellationToken cancellationToken) =>
        store.WriteAsOperatorAsync(settings.Custodian, transaction => StopAll(transaction, reason), cancellationToken);

    /// <summary>Stops every model that works, or could be accepted, for good, and ends all drafts.</summary>
    /// <param name="reason">For the record.</param>
    /// <returns>How many of each.</returns>
    public (int Models, int Drafts) StopAll(GuardedTransaction transaction, string reason)
    {
        var models = Found(transaction, $"{ModelRecord.Draft},{ModelRecord.Active}");
        var stopped = Stop(transaction, models, reason);
        transaction.Audit(FhirInteraction.Operation, Target, "permit", detail =>
        {
            detail.WriteNumber("models", stopped.Models);
            detail.WriteNumber("drafts", stopped.Drafts);
        });
        return stopped;
    }

    /// <summary>Stops what works and is not this model: another one has taken its place.</summary>
    public void StopOthers(GuardedTransaction transaction, ResourceKey model)
    {
        var others = Found(transaction, ModelRecord.Active).Where(other => other != model).ToList();
        if (others.Count > 0)
        {
            Stop(transaction, others, "Another model has taken its place.");
        }
    }

    /// <summary>Writes down how a model stands from now on.</summary>
    /// <param name="reason">Null where there is nothing to say.</param>
    public void Move(GuardedTransaction transaction, ResourceKey model, string status, string? reason)
    {
        var stored = transaction.BytesOf(model)!.Value;
        transaction.Put(model, settings.Custodian, ModelRecord.Moved(stored, status, reason, settings.DayAt(transaction.Instant)));
        transaction.Audit(
            FhirInteraction.Update,
            model.ToString(),
            "permit",
            detail => detail.WriteString("rule", $"{ModelRecord.Model}-{status}"));
    }

    private (int Models, int Drafts) Stop(GuardedTransaction transaction, IReadOnlyList<ResourceKey> models, string reason)
    {
        foreach (var model in models)
        {
            Move(transaction, model, ModelRecord.Retired, reason);
        }

        return (models.Count, open.RetireAll(transaction, reason));
    }

    private List<ResourceKey> Found(GuardedTransaction transaction, string status) =>
    [
        .. transaction.Search(
                queries.ParseOwn(
                    "Library", transaction.Instant, ("type", $"{ModelRecord.Kinds}|{ModelRecord.Model}"), ("status", status)),
                Sights.OfCustodian(settings.Custodian, transaction.Instant),
                _ => true)
            .Select(found => found.Key),
    ];
}
