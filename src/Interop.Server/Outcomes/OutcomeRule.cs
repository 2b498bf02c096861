using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Outcomes;

/// <summary>
/// A fact that reports count is said whole: a known code, one encounter of the same person, and yes, no, or why nobody knows. Anything less
/// would be stored and never counted.
/// </summary>
internal sealed class OutcomeRule(OwedOutcomes owed, TerminologySet terminology, InteropSettings settings) : TypeRule("Observation")
{
    private const string Root = "Observation";
    private static readonly string Statuses = string.Join(", ", SaidFact.Standing.Concat(SaidFact.Withdrawn));

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var issues = Objections(document.RootElement).ToList();
        return issues.Count == 0 ? null : new(422, issues);
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Custodian != settings.Custodian)
        {
            return;
        }

        var now = step.Body is { } body ? SaidFact.Read(body) : default;
        var before = step.Before is { } stored ? SaidFact.Read(stored) : default;
        if (now.IsOutcome)
        {
            transaction.AtEnd(() => Demand(transaction, step.Key, now));
        }

        foreach (var encounter in new[] { now, before }.Where(fact => fact.IsOutcome).Select(fact => fact.Encounter).Distinct())
        {
            if (encounter is not null && ResourceKey.TryParse(encounter) is { Type: "Encounter" } key)
            {
                transaction.AtEnd(() => owed.Settle(transaction, key));
            }
        }
    }

    private IEnumerable<Issue> Objections(JsonElement root)
    {
        var said = root.All("code.coding").Where(coding => coding.Text("system") == OutcomeTable.System).ToList();
        if (said.Count == 0)
        {
            yield break;
        }

        var set = $"{CrisisProfiles.Base}/ValueSet/crisis-observation";
        foreach (var coding in said)
        {
            if (terminology.Contains(set, OutcomeTable.System, coding.Text("code") ?? string.Empty) != Membership.Yes)
            {
                yield return TaskBody.Objection($"A fact has a code of {set}.", $"{Root}.code");
            }
        }

        if (said.Count > 1)
        {
            yield return TaskBody.Objection("An Observation says one fact.", $"{Root}.code");
        }

        var fact = SaidFact.Read(root);
        if (!fact.IsOutcome)
        {
            yield break;
        }

        if (!fact.Stands && !SaidFact.Withdrawn.Contains(fact.Status))
        {
            yield return TaskBody.Objection($"A fact that is counted is one of {Statuses}.", $"{Root}.status");
        }

        if (fact.Subject is null || ResourceKey.TryParse(fact.Subject) is not { Type: "Patient" })
        {
            yield return TaskBody.Objection("A fact is about one Patient.", $"{Root}.subject");
        }

        if (fact.Encounter is null || ResourceKey.TryParse(fact.Encounter) is not { Type: "Encounter" })
        {
            yield return TaskBody.Objection("A fact names the Encounter of which it is one.", $"{Root}.encounter");
        }

        if (!fact.IsSettled || root.EnumerateObject().Any(it => it.Name.StartsWith("value", StringComparison.Ordinal)
            && it.Name is not ("valueBoolean" or "_valueBoolean")))
        {
            yield return TaskBody.Objection(
                "A fact is said by valueBoolean, yes or no; who can't know it says why by dataAbsentReason, and it counts as missing.",
                $"{Root}.value[x]");
        }
    }

    /// <summary>What stands beside it, which may have come with the same Bundle.</summary>
    private void Demand(GuardedTransaction transaction, ResourceKey key, SaidFact fact)
    {
        var encounter = ResourceKey.TryParse(fact.Encounter!)!.Value;
        if (transaction.Caller.IsOperator || transaction.Caller.Organization != settings.Custodian || !fact.Stands)
        {
            return; // dispatch can't be told to mend its history
        }

        if (transaction.SubjectOf(encounter) != fact.Subject)
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is not known, or is another person's.", $"{Root}.encounter");
        }

        var other = owed.SaidOf(transaction, encounter)
            .Where(said => said.Key != key && said.Fact.Code == fact.Code && said.Fact.Value != fact.Value)
            .Select(said => said.Key)
            .FirstOrDefault();
        if (other.Id is not null)
        {
            throw new FhirException(
                IssueCode.BusinessRule, $"{other} says otherwise of this encounter: correct that one.", $"{Root}.value[x]");
        }
    }
}
