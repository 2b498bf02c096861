using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention;

/// <summary>
/// Predictions are made by the model alone, and answered for by a person: a navigator makes a draft final, or ends it, and says why in a
/// note. Nothing else of it changes.
/// </summary>
internal sealed class PredictionRule(OpenPredictions open, InteropSettings settings, Secrets secrets) : TypeRule("RiskAssessment")
{
    private const string Navigator = "navigator";
    private const string Status = "RiskAssessment.status";

    private static readonly string[] Staff = [Navigator, "clinician", "privacy-officer"];
    private static readonly string[] Decisions = [Predictions.Final, Predictions.Cancelled, Predictions.Mistaken];

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var wasOne = step.Before is { } before && Predictions.Is(before);
        return !wasOne && !Predictions.Is(step.After) ? null
            : !wasOne ? new(IssueCode.Forbidden, "Predictions are made by the server's model alone.", "RiskAssessment.method")
            : Objection(new(step.Before!.Value), new(step.After), step);
    }

    public override WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) => Predictions.Is(stored)
        ? new(IssueCode.BusinessRule, "A prediction is not deleted: cancel it, or say that it was an error.", Status)
        : null;

    public override byte[] Completed(ResourceStep step, byte[] body) => Predictions.Is(body)
        ? new PredictionBody(body).Signed(step.Transaction.Caller.Practitioner!, step.Instant)
        : body;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step is not { Before: { } before, Body: { } stored } || !Predictions.Is(stored))
        {
            return;
        }

        var body = new PredictionBody(stored);
        var record = ChangeRecord.Of(
            transaction,
            NameBasedId.Of(secrets.Key.Span, $"decided|{step.Key}|{body.Status}"),
            step.Key,
            new() { Text = body.Reason });
        transaction.Put(record.Key, step.Custodian, record.Json);
        if (body.Status == Predictions.Final)
        {
            transaction.AtEnd(() => Reach(transaction, step.Key, stored));
        }
        else if (new PredictionBody(before).Status == Predictions.Final)
        {
            open.End(transaction, open.OutreachOf(step.Key), "ended", "The prediction was an error.");
        }
    }

    private static WriteResult.Refused? Objection(PredictionBody before, PredictionBody after, ResourceStep step)
    {
        var caller = step.Transaction.Caller;
        return !(before.Status == Predictions.Draft && Decisions.Contains(after.Status))
            && !(before.Status == Predictions.Final && after.Status == Predictions.Mistaken)
                ? new(
                    IssueCode.BusinessRule,
                    "A draft becomes final, cancelled or entered-in-error; what is final becomes entered-in-error at most.",
                    Status)
            : !after.IsDecisionOn(step.Before!.Value)
                ? new(
                    IssueCode.BusinessRule,
                    "Of a prediction its status changes, and one note of 10 to 1000 characters is added that says why; all else stays.",
                    "RiskAssessment.note")
            : !IsHuman(caller, before.Status == Predictions.Draft ? [Navigator] : Staff)
                ? new(
                    IssueCode.Forbidden,
                    "A prediction is decided about by a person: a token with the role navigator that names a Practitioner (fhirUser).",
                    Status)
            : null;
    }

    private static bool IsHuman(Caller caller, IEnumerable<string> roles) =>
        caller is { IsPerson: true, Practitioner: not null, Individual: null } && roles.Any(caller.Has);

    /// <summary>Somebody seeks the person out, unless she has said that she does not want that.</summary>
    private void Reach(GuardedTransaction transaction, ResourceKey prediction, ReadOnlyMemory<byte> stored)
    {
        using var document = JsonDocument.Parse(stored, FhirJson.Parsing);
        var task = open.OutreachOf(prediction);
        if (document.RootElement.At("subject").Text("reference") is { } text && ResourceKey.TryParse(text) is { Type: "Patient" } patient
            && !transaction.Has(task) && !open.IsRefused(transaction, patient))
        {
            var days = settings.EarlyIntervention?.OutreachDays ?? EarlyInterventionSettings.UsualOutreachDays;
            var outreach = OutreachTask.Of(
                task, prediction, patient, transaction.Caller.Practitioner!, settings.Custodian, transaction.Instant, days);
            transaction.Put(outreach.Key, settings.Custodian, outreach.Json);
            transaction.Audit(FhirInteraction.Create, task.ToString(), "permit", detail => detail.WriteString("rule", OutreachTask.Code));
        }
    }
}

/// <summary>Who does not want to be followed up or sought out is not, from then on: what is open ends.</summary>
internal sealed class OutreachRefusalRule(OpenPredictions open, InteropSettings settings) : TypeRule("Consent")
{
    private const string Text = "The person does not want to be sought out.";

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian || step.Body is not { } consent || FollowUps.PatientOf(consent) is not { } patient)
        {
            return;
        }

        transaction.AtEnd(() =>
        {
            if (!open.IsRefused(transaction, patient))
            {
                return;
            }

            foreach (var draft in open.DraftsOf(transaction, patient))
            {
                open.Retire(transaction, draft, Text, "consent-refused");
            }

            foreach (var task in open.OutreachesOf(transaction, patient))
            {
                open.End(transaction, task, "consent-refused", Text);
            }
        });
    }
}
