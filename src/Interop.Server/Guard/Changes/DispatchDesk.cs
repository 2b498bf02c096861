using Interop.Server.Settings;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// What the dispatchers of a dispatch centre tell of calls becomes the programme's own record, as its messages do: they write it with the
/// eyes that the programme's own dispatchers have, and what they write is all that they see by them.
/// </summary>
internal sealed class DispatchDesk(SharingPolicy policy, Judge judge, InteropSettings settings)
{
    private const string Role = "dispatcher";

    /// <summary>With which eyes a writer adds a resource of a type.</summary>
    /// <param name="sight">The writer's own, let in by its agreement.</param>
    public Sight EyesOn(GuardedTransaction transaction, Sight sight, string type)
    {
        var caller = transaction.Caller;
        return caller.Has(Role) && caller.Organization != settings.Custodian && sight.Organization == caller.Organization
            && sight.Records.Contains(type)
            && judge.TypeOf(transaction, caller.Organization) == AgencyType.Dispatch
                ? policy.SightOf(
                    settings.Custodian,
                    practitioner: null,
                    sight.Purposes,
                    [Role],
                    sight.Instant,
                    isCustodian: true,
                    hasAgreement: true,
                    sight.Types) with { Constraints = sight.Constraints }
                : sight;
    }
}
