using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>
/// Who has a Task: claimed, handed over or given back, it stays with the organisation that has it, whether that is named itself or by a
/// practitioner, a role, a service or a team of its own.
/// </summary>
internal static class TaskOwner
{
    /// <summary>Null, or why this Task may not have this owner.</summary>
    public static WriteResult.Refused? Objection(ResourceStep step, ReadOnlyMemory<byte> before)
    {
        var (was, now) = (OwnerOf(before), OwnerOf(step.After));
        if (was == now)
        {
            return null;
        }

        if (now is not { } owner)
        {
            return was is null ? null : new(IssueCode.BusinessRule, "A Task that somebody has is given back, not to nobody.", "Task.owner");
        }

        // Of an owner of whom the directory says nothing the keeper's own staff had it.
        var had = step.PartiesAt("owner");
        var organization = had.Count > 0 ? had.First() : step.Writer;
        return was is null || StandsFor(step, owner, organization)
            ? null
            : new(
                IssueCode.BusinessRule,
                $"The owner must be Organization/{organization}, or a practitioner, a role, a service or a team of it: another"
                    + " organisation gets a Task of its own.",
                "Task.owner");
    }

    private static bool StandsFor(ResourceStep step, ResourceKey owner, string organization)
    {
        if (step.Transaction.OrganizationsAt("Task", step.After, "owner") is [var only])
        {
            return only == organization;
        }

        // One who works for several counts for the keeper, whose record it stays; a partner would lose sight of its Task.
        return step.IsOwn && owner.Type == "Practitioner" && organization == step.Writer
            && step.Transaction.EmployersOf(owner.Id) is var employers && (employers.Count == 0 || employers.Contains(organization));
    }

    private static ResourceKey? OwnerOf(ReadOnlyMemory<byte> task)
    {
        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        return document.RootElement.At("owner").Text("reference") is { } text ? ResourceKey.TryParse(text) : null;
    }
}
