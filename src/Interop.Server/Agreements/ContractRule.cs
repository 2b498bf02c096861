using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Agreements;

namespace Interop.Server.Agreements;

/// <summary>Agreements are recorded by those who keep them, for their own organisation, and live the life that agreements have.</summary>
internal sealed class ContractRule() : TypeRule("Contract")
{
    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        if (!WriteRules.IsAdministrator(caller))
        {
            return new(IssueCode.Forbidden, "Agreements are recorded by the privacy officer or the agency administrator.");
        }

        return AgreementReader.Read(body, key.Id) is { } agreement && agreement.Grantor != caller.Organization
            ? new(
                IssueCode.BusinessRule,
                "The grantor of an agreement must be the organisation that records it.",
                "Contract.term.offer.party")
            : null;
    }

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        var before = step.Before is { } stored ? Agreement(step.Key.Id, stored) : null;
        var issues = AgreementStates.Check(before, Agreement(step.Key.Id, step.After));
        return issues.Count == 0 ? null : new(422, issues);
    }

    /// <summary>What was executed is history.</summary>
    public override WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) =>
        Agreement(id, stored) is { } agreement && agreement.Agreement.Status is not ("negotiable" or "cancelled")
            ? new(IssueCode.BusinessRule, "An agreement that was executed is terminated, not deleted.", "Contract.status")
            : null;

    private static (Agreement Agreement, ReadOnlyMemory<byte> Body)? Agreement(string id, ReadOnlyMemory<byte> body) =>
        AgreementReader.Read(body, id) is { } agreement ? (agreement, body) : null;
}
