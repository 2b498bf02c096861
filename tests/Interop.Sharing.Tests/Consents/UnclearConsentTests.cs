using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

/// <summary>What is told to who records a consent that can't be read whole is what is decided by it.</summary>
public sealed class UnclearConsentTests
{
    [Fact]
    public void Whom_an_indeterminate_consent_says_to_deny_are_those_whom_it_denies()
    {
        ProvisionFacts[] roots =
        [
            Permit(), Deny(), Permit() with { Actors = [], NamesActors = false }, Deny() with { UnresolvedActor = true },
            Deny(children: [Permit(actor: Social)]), Deny(children: [Deny(actor: Social) with { UnresolvedActor = true }]),
            Permit(children: [Deny(actor: Hospital)]),
        ];
        foreach (var consent in roots.Select(root => Given(root, indeterminate: ["provision.class"])))
        {
            foreach (var organization in new[] { Hospital, Social })
            {
                var isDenied = consent.DeniesWhenUnclear is not { } named || named.Contains(organization);
                Assert.Equal(
                    isDenied ? Tier.None : Tier.Basic,
                    TierOf(Patient([Agreement(), Agreement(Social)], [consent]), 0, organization));
            }
        }
    }
}
