using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>
/// One node of a consent's provision tree. Context: period, actors, purposes, actions. Data: tier and labels. An element
/// that is absent does not constrain.
/// </summary>
/// <param name="From">UTC microseconds, inclusive.</param>
/// <param name="To">UTC microseconds, exclusive.</param>
/// <param name="Actors">Ids of the Organizations that it names.</param>
/// <param name="NamesActors">Whether it names actors at all, readable or not.</param>
/// <param name="UnresolvedActor">It names an actor that cannot be resolved: matches a denial, not a permission.</param>
/// <param name="Purposes">v3-ActReason codes; empty for all.</param>
/// <param name="Disclosing">False when its actions do not include access or disclosure: it does not speak to us.</param>
/// <param name="Tier">The sharing-tier code, or null.</param>
/// <param name="Labels">The sensitivity labels it names, without what they subsume; 0 for none.</param>
/// <param name="Confidentiality">The highest v3-Confidentiality code that it names: 0 none, 1 U to 6 V.</param>
public sealed record ProvisionFacts(
    bool Permit,
    long From,
    long To,
    IReadOnlyList<string> Actors,
    bool NamesActors,
    bool UnresolvedActor,
    IReadOnlyList<string> Purposes,
    bool Disclosing,
    Tier? Tier,
    long Labels,
    int Confidentiality,
    IReadOnlyList<ProvisionFacts> Children)
{
    /// <summary>Where it stands in the Consent, such as <c>provision.provision[0]</c>.</summary>
    public string Path { get; init; } = "provision";

    /// <summary>It and all below it.</summary>
    public IEnumerable<ProvisionFacts> WithChildren() => Children.SelectMany(child => child.WithChildren()).Prepend(this);
}
