using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Up to this tier, for resources whose labels are all cleared, because of this consent (null: the agreement's default).</summary>
/// <param name="Standing">What it rests on: it decides which types are open, and to whom.</param>
internal readonly record struct GrantLine(Tier Tier, long Cleared, ConsentFacts? Consent, Standing Standing = Standing.Case)
{
    /// <summary>Where in the consent the provision stands that permits it; null for the agreement's default.</summary>
    public string? Provision { get; init; }

    /// <summary>Whether this line gives all that the other gives.</summary>
    public bool Contains(GrantLine other) => 
        Tier >= other.Tier && (Cleared & other.Cleared) == other.Cleared && Standing >= other.Standing;

    public GrantLine Meet(GrantLine other) => this with
    {
        Tier = Tier < other.Tier ? Tier : other.Tier,
        Cleared = Cleared & other.Cleared,
        Standing = Standing < other.Standing ? Standing : other.Standing,
    };
}

/// <summary>Takes away what has one of the labels (all of it when the mask is -1) from a tier on, but for the exceptions.</summary>
/// <param name="Provision">Where in the consent the provision stands that denies it.</param>
internal readonly record struct Denial(ConsentFacts Consent, long Mask, Tier From, List<GrantLine>? Exceptions, string Provision);
