using Interop.Fhir;
using Interop.Prediction;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// Makes drafts for navigators of what the model says about who has just been met. One for each encounter, however many servers look, and
/// only while the model works: that is asked in the transaction that stores the draft.
/// </summary>
internal sealed class DraftWorker(
    GuardedStore store,
    RiskModels models,
    VisitHistory history,
    OpenPredictions open,
    InteropSettings settings,
    Secrets secrets,
    TimeProvider clock,
    ILogger<DraftWorker> logger)
    : PeriodicWork(TimeSpan.FromHours(1), "Predictions could not be made", clock, logger)
{
    /// <summary>Encounters that ended longer ago are left: their time has passed.</summary>
    public const int Days = 7;

    private static readonly long Late = TimeSpan.FromDays(Days).InMicroseconds();

    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        var found = new List<(Moment Moment, RiskScore Score)>();
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            if (models.StatusIn(snapshot) != ModelRecord.Active)
            {
                return;
            }

            var (model, threshold) = (models.File.Model, models.File.Threshold);
            found.AddRange(history.Within(snapshot.RecordOf(settings.Custodian), snapshot.Instant - Late, snapshot.Instant + 1)
                .Select(moment => (moment, model.Score(moment.Values)))
                .Where(scored => scored.Item2.Probability >= threshold)

                // Of several encounters of a person the last one counts.
                .GroupBy(scored => scored.moment.Person)
                .Select(ofPerson => ofPerson.MaxBy(scored => scored.moment.Ended))
                .Where(scored => !snapshot.Has(Predictions.KeyOf(scored.moment.Encounter, secrets.Key.Span))));
        }

        foreach (var (moment, score) in found)
        {
            await store.WriteAsOperatorAsync(settings.Custodian, transaction => Draft(transaction, moment, score), cancellationToken);
        }
    }

    private bool Draft(GuardedTransaction transaction, Moment moment, RiskScore score)
    {
        var key = Predictions.KeyOf(moment.Encounter, secrets.Key.Span);
        var patient = new ResourceKey("Patient", moment.Person);
        if (models.StatusIn(transaction) != ModelRecord.Active
            || transaction.Has(key)
            || !IsToBeAsked(transaction, patient)
            || open.IsRefused(transaction, patient)
            || open.DraftsOf(transaction, patient).Count > 0
            || open.OutreachesOf(transaction, patient).Count > 0)
        {
            return false;
        }

        var device = ModelRecord.DeviceOf(models.File, secrets.Key.Span);
        var draft = Predictions.DraftOf(key, moment, score, models.File.Version, device);
        transaction.Put(key, settings.Custodian, draft.Json);
        transaction.Audit(
            FhirInteraction.Create, key.ToString(), "permit", detail => detail.WriteString("rule", ModelRecord.Model));
        var lapses = transaction.Instant + TimeSpan.FromDays(settings.EarlyIntervention!.DraftDays).InMicroseconds();
        Deadlines.Set(transaction, DraftLapse.Name, key, lapses, lapses);
        return true;
    }

    /// <summary>A record that is in use, of somebody who lives.</summary>
    private static bool IsToBeAsked(GuardedTransaction transaction, ResourceKey patient)
    {
        if (transaction.BytesOf(patient) is not { } stored || transaction.KeeperOf(patient) is null)
        {
            return false;
        }

        using var document = System.Text.Json.JsonDocument.Parse(stored, FhirJson.Parsing);
        var root = document.RootElement;
        return root.At("active").ValueKind != System.Text.Json.JsonValueKind.False
            && root.At("deceasedBoolean").ValueKind != System.Text.Json.JsonValueKind.True
            && root.Text("deceasedDateTime") is null;
    }
}
