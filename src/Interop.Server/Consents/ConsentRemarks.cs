using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.EarlyIntervention;
using Interop.Server.FollowUp;
using Interop.Server.Guard;
using Interop.Sharing.Consents;

namespace Interop.Server.Consents;

/// <summary>
/// Says to whoever records a consent, in whatever way, what of it can't be read, and where it changes nothing: no consent is stored without
/// effect in silence.
/// </summary>
internal sealed class ConsentRemarks(FollowUps followUps) : IChangeWatch
{
    public void Note(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Key.Type != "Consent" || step.Body is not { } body
            || followUps.Refuses(body, step.Instant, FollowUpTask.Code, OutreachTask.Code))
        {
            return; // that a person wants no follow-up or outreach is read and done elsewhere
        }

        var consent = ConsentReader.Read(body, step.Key.Id, step.Custodian, 1, step.Instant);
        if (consent.State != ConsentState.Active)
        {
            return;
        }

        if (consent.IsIndeterminate)
        {
            transaction.Remark(step.Key, [.. consent.Indeterminate.Distinct().Select(element => Unreadable(consent, element))]);
        }
        else if (!transaction.IsHistory && consent.Patient.Length > 0)
        {
            // What it changes is known when all is there that the writer brings.
            transaction.AtEnd(() => transaction.Remark(step.Key, [.. Idle(transaction, step.Key, consent.Patient)]));
        }
    }

    private static Issue Unreadable(ConsentFacts consent, string element)
    {
        var whom = consent.DeniesWhenUnclear is null ? "everybody" : "the organisations that it names";
        var effect = consent.Root.Permit
            ? "The consent permits nothing, and denies"
            : "The refusal is taken for more than it says: it denies";
        return Warning(
            "not-supported", $"This is not evaluated here, or not known. {effect} {whom} everything while it is active.", element);
    }

    private static IEnumerable<Issue> Idle(GuardedTransaction transaction, ResourceKey key, string patient)
    {
        var (consent, partners, hasEffect) = transaction.StandingOf(key, patient);
        var isOver = consent.Root.To <= transaction.Instant;
        if (isOver)
        {
            yield return Warning("business-rule", "The period is over: the consent changes nothing.", "provision.period");
        }

        var strangers = consent.Root.Actors.Index().Where(actor => !partners.Contains(actor.Item)).ToList();
        foreach (var (place, _) in strangers)
        {
            yield return Warning(
                "business-rule",
                "There is no agreement in force with this organisation: until there is one, the consent changes nothing for it.",
                $"provision.actor[{place}]");
        }

        if (!hasEffect && !isOver && strangers.Count == 0)
        {
            yield return Warning(
                "business-rule",
                "The consent changes nothing: what it says is so already, a newer one replaces it, or the agreement allows no more.",
                "provision");
        }

        if (consent is { Root.Permit: true, Policy: ConsentReader.Part2Policy })
        {
            foreach (var defect in consent.Part2Defects)
            {
                yield return Warning("incomplete", $"The consent opens no Part 2 record (42 CFR 2.31): {defect}.", null);
            }
        }
    }

    private static Issue Warning(string code, string text, string? element) =>
        new(IssueSeverity.Warning, code, text, element is null ? "Consent" : $"Consent.{element}");
}
