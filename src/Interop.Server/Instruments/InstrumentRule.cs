using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Forms;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Instruments;

/// <summary>
/// Answers to an instrument fit its form. What is complete is scored, in the same transaction, into an Observation that is derived from it,
/// so that its labels follow; and what is dangerous raises a Flag and is said to who recorded it.
/// </summary>
internal sealed class InstrumentRule(Secrets secrets) : TypeRule("QuestionnaireResponse")
{
    private const string Root = "QuestionnaireResponse";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (!Instrument.Set.IsAnsweredBy(step.After))
        {
            return null;
        }

        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var root = document.RootElement;
        if (Instrument.Of(root.Text("questionnaire")) is not { } instrument)
        {
            return new(
                IssueCode.BusinessRule,
                $"Answers to an instrument name its form with the version: {Instrument.Set.Known}.",
                $"{Root}.questionnaire");
        }

        List<Issue> issues = [.. FormFit.Read(instrument.Form, root, Root, IsComplete(root)).Issues];
        if (root.At("subject").Text("reference") is not { } subject || ResourceKey.TryParse(subject) is not { Type: "Patient" })
        {
            issues.Add(new(IssueSeverity.Error, "business-rule", "An instrument is answered for one Patient.", $"{Root}.subject"));
        }

        return issues.Count == 0 ? null : new(422, issues);
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        var stored = step.Body ?? step.Before;
        if (stored is not { } body || !Instrument.Set.IsAnsweredBy(body))
        {
            return;
        }

        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var root = document.RootElement;
        var scores = new InstrumentScores(transaction, step, secrets.Key);
        if (step.Body is null || !IsComplete(root) || Instrument.Of(root.Text("questionnaire")) is not { } instrument)
        {
            scores.Withdraw();
            return;
        }

        var (answers, issues) = FormFit.Read(instrument.Form, root, Root, isComplete: true);
        if (issues.Count > 0)
        {
            return; // what an operator brings in may not fit; it is not scored
        }

        var score = instrument.Score(answers);
        var observation = scores.Put(instrument, score, root);
        transaction.Remark(
            step.Key,
            [
                new(IssueSeverity.Information, "informational", $"The score is {observation}.", Root),
                .. score.Alerts.Select(alert => new Issue(IssueSeverity.Warning, "business-rule", alert.Says, Root)),
            ]);
    }

    private static bool IsComplete(JsonElement root) => root.Text("status") is "completed" or "amended";
}
