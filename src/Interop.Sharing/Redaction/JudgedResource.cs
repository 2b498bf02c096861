using Interop.Fhir;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>
/// What sharing knows of a resource when it is written: everything that storage needs to answer for it later without
/// asking again.
/// </summary>
/// <param name="Subjects">Ids of the Patients it concerns (a Patient concerns itself); empty for directory types.</param>
/// <param name="Labels">Bitmask of the sensitivity labels that it carries by itself; storage adds what it inherits.</param>
/// <param name="LabelRules">The rules that gave the labels, for explanations.</param>
/// <param name="Tiers">Lowest tier (1 to 4) at which it appears: to anyone, and to an organisation that is party to it.</param>
/// <param name="Entries">The index entries of the whole resource, each with the lowest tiers at which a view has it.</param>
/// <param name="Views">Hashes of the views, to tell at the next write which of them changed.</param>
/// <param name="Parties">Ids of the Organizations that own, request, perform or receive it.</param>
/// <param name="Cases">The case relations that it establishes (open encounter, care team, task).</param>
/// <param name="Inherits">Resources whose labels this one takes on because it points at them.</param>
/// <param name="Requires">Targets of mandatory references other than the subject: when one is not visible, this resource is not.</param>
public sealed record JudgedResource(
    IReadOnlyList<string> Subjects,
    long Labels,
    IReadOnlyList<string> LabelRules,
    TierPair Tiers,
    IReadOnlyList<JudgedEntry> Entries,
    ViewHashes Views,
    IReadOnlyList<string> Parties,
    IReadOnlyList<CaseFact> Cases,
    IReadOnlyList<ResourceKey> Inherits,
    IReadOnlyList<ResourceKey> Requires)
{
    /// <summary>Parties that have a view of their own, by organisation, each with the hashes of it: basic, intermediate, full.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> OwnViews { get; init; } = new Dictionary<string, IReadOnlyList<long>>();

    /// <summary>
    /// Directory entries that a patient's resource names anywhere: it takes on what they pass on (42 CFR 2.11: that somebody is cared for
    /// by a Part 2 programme is itself what Part 2 protects).
    /// </summary>
    public IReadOnlyList<ResourceKey> Names { get; init; } = [];

    /// <summary>The directory entries of which a directory entry is a part, and whose passed labels it passes on.</summary>
    public IReadOnlyList<ResourceKey> BelongsTo { get; init; } = [];

    /// <summary>Labels that a directory entry gives to what names it, without being hidden by them itself.</summary>
    public long Passes { get; init; }

    /// <summary>The hashes of the view that an organisation has as a party: basic, intermediate, full.</summary>
    public IReadOnlyList<long> ViewsOf(string organization) => OwnViews.TryGetValue(organization, out var own)
        ? own
        : [Views.PartyBasic, Views.PartyIntermediate, Views.PartyFull];
}

/// <summary>An index entry and the lowest tiers at which a view has it.</summary>
public sealed record JudgedEntry(IndexEntry Entry, TierPair Tiers)
{
    /// <summary>The one organisation whose view has it, as a party; null for an entry that all parties have alike.</summary>
    public string? Party { get; init; }
}

/// <summary>Hashes of the seven views of a resource, without meta; 0 where the view is empty. Full is the same for a party.</summary>
public readonly record struct ViewHashes(long Basic, long Intermediate, long Full, long Own, long PartyBasic, long PartyIntermediate,
    long PartyFull);
