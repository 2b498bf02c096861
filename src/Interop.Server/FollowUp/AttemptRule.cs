using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.FollowUp;

/// <summary>An attempt to reach somebody who is owed a follow-up moves the follow-up on: that is no second thing to write.</summary>
internal sealed class AttemptRule() : TypeRule("Communication")
{
    private const string Basis = "Communication.basedOn";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var attempt = ContactAttempt.Read(step.After);
        var followUps = FollowUpsOf(step.Transaction, attempt);
        if (step.Before is { } before && ContactAttempt.Read(before) is { Outcome: not null } was && attempt.Status != "entered-in-error"
            && FollowUpsOf(step.Transaction, was).Count > 0
            && (was.Outcome != attempt.Outcome || was.Status != attempt.Status || !was.Tasks.SequenceEqual(attempt.Tasks)))
        {
            return Refusal("An attempt stays as it was recorded, or becomes entered-in-error.", "Communication.status");
        }

        if (followUps.Count == 0 || attempt.Status == "entered-in-error")
        {
            return null;
        }

        if (followUps.Count > 1)
        {
            return Refusal("An attempt is made for one follow-up.", Basis);
        }

        if (step.Transaction.KeeperOf(followUps[0].Key) != step.Writer)
        {
            return Refusal("An attempt is recorded by the agency that owes the follow-up.", Basis);
        }

        return Incomplete(attempt, followUps[0].Task, isNew: step.Before is null);
    }

    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is { } body && ContactAttempt.Read(body) is { Tasks.Count: > 0 } attempt)
        {
            transaction.AtEnd(() => Move(transaction, step.Key, step.Custodian, attempt, isNew: step.Before is null));
        }
    }

    private static WriteResult.Refused? Incomplete(ContactAttempt attempt, TaskBody task, bool isNew)
    {
        if (attempt.Outcome is not { } outcome || !ContactAttempt.Codes.Contains(outcome))
        {
            return Refusal(
                $"An attempt has as its statusReason one of {string.Join(", ", ContactAttempt.Codes)} of {ContactAttempt.Outcomes}.",
                "Communication.statusReason");
        }

        if (attempt.Status != "completed" && (attempt.Status != "not-done" || outcome != "no-answer"))
        {
            return Refusal("An attempt is completed; where nobody answered it may be not-done.", "Communication.status");
        }

        if (attempt.Subject is null || attempt.Subject != task.At("for"))
        {
            return Refusal("An attempt is about the person who is owed the follow-up.", "Communication.subject");
        }

        if (outcome == ContactAttempt.Reached && attempt.Encounter is null)
        {
            return Refusal("Who was reached was met: name the encounter, of class VR or FLD.", "Communication.encounter");
        }

        return isNew && !task.IsOpen ? Refusal($"The follow-up has ended: it is {task.Status}.", Basis) : null;
    }

    private static void Move(GuardedTransaction transaction, ResourceKey key, string keeper, ContactAttempt attempt, bool isNew)
    {
        foreach (var task in attempt.Tasks.Where(task => transaction.KeeperOf(task) == keeper))
        {
            var body = new TaskBody(transaction.BytesOf(task)!.Value);
            if (!body.Is(FollowUpTask.Code) || !body.IsOpen)
            {
                continue;
            }

            if (attempt.Status == "entered-in-error")
            {
                transaction.Store(task, keeper, Told(body.WithoutOutput(key)).Bytes);
            }
            else if (isNew)
            {
                transaction.Store(task, keeper, Moved(transaction, key, attempt, body).Bytes);
            }
        }
    }

    private static TaskBody Moved(GuardedTransaction transaction, ResourceKey key, ContactAttempt attempt, TaskBody body)
    {
        var instant = transaction.Instant;
        body.Output("attempt", key);
        switch (attempt.Outcome)
        {
            case ContactAttempt.Reached:
                DemandContact(transaction, attempt, body);
                return Told(body.Output("contact", attempt.Encounter!.Value)).Say("Reached").Move("completed", instant);
            case ContactAttempt.Refused:
                return body.Say("Refused").End("failed", "refused", "The person does not want to be contacted.", instant);
            default:
                return body.OutputsOf("attempt").Count >= ContactAttempt.Most
                    ? Told(body).End("failed", "not-reached", $"Not reached in {ContactAttempt.Most} attempts.", instant)
                    : Told(body).Move("in-progress", instant);
        }
    }

    private static TaskBody Told(TaskBody body) => body.Say(string.Create(
        CultureInfo.InvariantCulture, $"Attempts: {body.OutputsOf("attempt").Count} of {ContactAttempt.Most}"));

    /// <summary>The encounter may have come with the same Bundle, so it is looked at when all of that is there.</summary>
    private static void DemandContact(GuardedTransaction transaction, ContactAttempt attempt, TaskBody task)
    {
        const string Element = "Communication.encounter";
        var encounter = attempt.Encounter!.Value;
        if (encounter == task.At("encounter"))
        {
            throw new FhirException(IssueCode.BusinessRule, "The encounter that ended is not the contact that was owed after it.", Element);
        }

        if (transaction.KeeperOf(encounter) is null || transaction.BytesOf(encounter) is not { } stored)
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is not known.", Element);
        }

        using var document = JsonDocument.Parse(stored, FhirJson.Parsing);
        var root = document.RootElement;
        if (root.At("class").Text("code") is not ("VR" or "FLD"))
        {
            throw new FhirException(IssueCode.BusinessRule, "Who was reached was met in an encounter of class VR or FLD.", Element);
        }

        if (root.At("subject").Text("reference") != attempt.Subject.ToString())
        {
            throw new FhirException(IssueCode.BusinessRule, "The Encounter is another person's.", Element);
        }
    }

    /// <summary>Those of its Tasks that its writer sees and that are follow-ups: what is hidden from him is not there.</summary>
    private static List<(ResourceKey Key, TaskBody Task)> FollowUpsOf(GuardedTransaction transaction, ContactAttempt attempt) =>
    [
        .. attempt.Tasks.Where(task => transaction.Sees(task, transaction.Sight))
            .Select(task => (task, new TaskBody(transaction.BytesOf(task)!.Value)))
            .Where(pair => pair.Item2.Is(FollowUpTask.Code)),
    ];

    private static WriteResult.Refused Refusal(string diagnostics, string element) => new(IssueCode.BusinessRule, diagnostics, element);
}
