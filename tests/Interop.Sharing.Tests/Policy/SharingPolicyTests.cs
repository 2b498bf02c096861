using Interop.Fhir.Schema;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Policy;

public sealed class SharingPolicyTests
{
    [Fact]
    public void The_policy_that_is_compiled_in_has_no_problems_and_a_rule_for_every_type()
    {
        var policy = SharingPolicy.Default;

        Assert.All(FhirFacts.R4.ResourceTypes, type => Assert.NotNull(policy.Tiers.Find(type)));
        Assert.Equal(146, FhirFacts.R4.ResourceTypes.Count);
    }
}
