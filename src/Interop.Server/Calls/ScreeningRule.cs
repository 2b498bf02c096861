using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Forms;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// A screening fits the form that it answers, and is answered with what the decision table recommends: in the response itself, and as
/// proposals that the decision of a person can be based on.
/// </summary>
internal sealed class ScreeningRule(ScreeningTable table, Proposals proposals, OpenCalls calls, InteropSettings settings)
    : TypeRule("QuestionnaireResponse")
{
    private const string Root = "QuestionnaireResponse";

    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        CallTaker.Is(caller, settings.Custodian) && !ScreeningForm.Set.IsAnsweredBy(body)
            ? new(IssueCode.Forbidden, "A dispatcher records screenings of calls, and no other forms.")
            : null;

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        if (!ScreeningForm.Set.IsAnsweredBy(step.After))
        {
            return null;
        }

        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var root = document.RootElement;
        if (ScreeningForm.Set.Of(root.Text("questionnaire")) is not { } form)
        {
            return new(
                IssueCode.BusinessRule,
                $"A screening names its form with the version: {ScreeningForm.Set.Known}.",
                $"{Root}.questionnaire");
        }

        if (step.Writer != settings.Custodian)
        {
            return new(IssueCode.BusinessRule, "A screening is recorded by the programme, or by a dispatcher for it.", Root);
        }

        var screening = Screening.Read(root);
        List<Issue> issues =
        [
            .. Missing(screening, root),
            .. FormFit.Read(form, root, Root, screening.IsComplete).Issues,
        ];
        return issues.Count == 0 ? null : new(422, issues);
    }

    public override byte[] Completed(ResourceStep step, byte[] body) => ScreeningForm.Set.IsAnsweredBy(body)
        ? ScreeningResult.Told(body, table, Screening.Read(body), proposals.KeysOf(step.Key))
        : body;

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is not { } body || !ScreeningForm.Set.IsAnsweredBy(body) || step.Custodian != settings.Custodian)
        {
            return;
        }

        transaction.AtEnd(() =>
        {
            var screening = Screening.Read(body);
            DemandCall(transaction, screening);
            proposals.Store(transaction, step.Key, screening, table);
            calls.Settle(transaction, screening.Encounter!.Value);
        });
    }

    private static IEnumerable<Issue> Missing(Screening screening, JsonElement root)
    {
        if (screening.Encounter is null)
        {
            yield return Objection("A screening names the call: the Encounter of the incident.", "encounter");
        }

        if (screening.Subject is not { Type: "Patient" })
        {
            yield return Objection("A screening names the person: the subject of the Encounter.", "subject");
        }

        var hasPeriod = root.Extension(Screening.PeriodUrl).ValueKind == JsonValueKind.Object;
        if (screening.Period is null && (hasPeriod || screening.IsComplete))
        {
            yield return Objection(
                $"What is completed has the extension {Screening.PeriodUrl} with two moments, the start and the end of the asking.",
                "extension");
        }
    }

    /// <summary>The Encounter may have come with the same Bundle, so it is looked at when all of that is there.</summary>
    private void DemandCall(GuardedTransaction transaction, Screening screening)
    {
        var encounter = screening.Encounter!.Value;
        var stored = transaction.KeeperOf(encounter) is null ? null : transaction.BytesOf(encounter);
        if (stored is null || !NamedCall.Is(transaction, settings.Custodian, stored.Value))
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is not known.", $"{Root}.encounter");
        }

        if (transaction.SubjectOf(encounter) != screening.Subject.ToString())
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is another person's.", $"{Root}.subject");
        }
    }

    private static Issue Objection(string rule, string element) => new(IssueSeverity.Error, "business-rule", rule, $"{Root}.{element}");
}
