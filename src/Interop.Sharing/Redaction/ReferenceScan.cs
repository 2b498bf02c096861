using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>
/// What the references of a stored resource tell sharing: whom it is about, who is party to it, what it takes labels from.
/// </summary>
internal sealed class ReferenceScan
{
    // A contained role names a service, which names an organisation: nobody nests deeper.
    private const int MaximumSteps = 4;

    // What in a contained resource says for whom it stands.
    private static readonly HashSet<string> Organizations = new(StringComparer.Ordinal)
    {
        "organization", "participatingOrganization", "managingOrganization", "providedBy", "healthcareService", "owner",
        "participant.member", "participant.onBehalfOf", "partOf",
    };

    // What in a directory entry says of what it is a part.
    private static readonly HashSet<string> Wholes = new(StringComparer.Ordinal)
    {
        "organization", "participatingOrganization", "managingOrganization", "providedBy", "healthcareService", "partOf",
    };

    private readonly ResourceReferences references;
    private readonly TierTable tiers;
    private readonly TypeRule rule;
    private readonly Func<ResourceKey, string?>? organizationOf;

    /// <param name="organizationOf">The organisation that a stored directory entry stands for; null where nobody knows.</param>
    public ReferenceScan(ResourceReferences references, TierTable tiers, TypeRule rule, Func<ResourceKey, string?>? organizationOf)
    {
        (this.references, this.tiers, this.rule, this.organizationOf) = (references, tiers, rule, organizationOf);
        foreach (var place in references.Places)
        {
            Take(place);
        }
    }

    public List<string> Subjects { get; } = [];

    /// <summary>A subject that is not a Patient here: a Group, or a reference that leads elsewhere.</summary>
    public bool HasUnknownSubject { get; private set; }

    public List<string> Parties { get; } = [];

    public List<ResourceKey> Inherits { get; } = [];

    /// <summary>Whether labels should come from what is not here.</summary>
    public bool PointsElsewhere { get; private set; }

    /// <summary>The directory entries that it names anywhere.</summary>
    public List<ResourceKey> Directory { get; } = [];

    /// <summary>Those of them of which a directory entry is a part.</summary>
    public List<ResourceKey> BelongsTo { get; } = [];

    /// <summary>The organisations that the references at an element of the root name.</summary>
    public IReadOnlyList<string> OrganizationsAt(string element)
    {
        var found = new List<string>();
        foreach (var place in references.Places.Where(place => place.Container is null && place.Element == element))
        {
            Organization(place, found, MaximumSteps);
        }

        return found;
    }

    private void Take(ReferencePlace place)
    {
        var key = place.Target;
        if (key is { } entry && tiers[entry.Type].Kind == TypeKind.Directory)
        {
            AddOnce(Directory, entry);
            if (place.Container is null && Wholes.Contains(place.Element))
            {
                AddOnce(BelongsTo, entry);
            }
        }

        var kind = place.Container is null ? rule.References.GetValueOrDefault(place.Element) : FactKind.Inherit;
        if ((kind & FactKind.Subject) != 0 && place.Literal is not null)
        {
            Subject(key);
        }

        if ((kind & FactKind.Party) != 0)
        {
            Organization(place, Parties, MaximumSteps);
        }

        if ((kind & FactKind.Inherit) != 0)
        {
            Inherit(place, key);
        }
    }

    private void Subject(ResourceKey? key)
    {
        if (key is { Type: "Patient" } patient)
        {
            AddOnce(Subjects, patient.Id);
        }
        else
        {
            HasUnknownSubject |= key is null or { Type: "Group" };
        }
    }

    private void Inherit(ReferencePlace place, ResourceKey? key)
    {
        // The patient's own labels come with the subject.
        if (key is { } target)
        {
            if (target.Type != "Patient" || place.Container is not null)
            {
                AddOnce(Inherits, target);
            }
        }
        else if (place.Literal is not ['#', ..])
        {
            PointsElsewhere |= !IsOfDirectory(place);
        }
    }

    /// <summary>Directory entries are not sensitive, wherever they are kept.</summary>
    private bool IsOfDirectory(ReferencePlace place)
    {
        var type = place.Type ?? (Elsewhere.Read(place.Literal ?? string.Empty) as ReferenceReading.Foreign)?.Type;
        return type is not null
            ? tiers.Find(type)?.Kind == TypeKind.Directory
            : place.Targets.Count > 0 && place.Targets.All(target => tiers.Find(target)?.Kind == TypeKind.Directory);
    }

    private void Organization(ReferencePlace place, List<string> found, int steps)
    {
        if (place.Literal is not { } literal || steps == 0)
        {
            return;
        }

        if (literal.Length > 1 && literal[0] == '#')
        {
            foreach (var inner in references.Places
                .Where(inner => inner.Container == literal[1..] && Organizations.Contains(inner.Element)))
            {
                Organization(inner, found, steps - 1);
            }
        }
        else if (ResourceKey.TryParse(literal) is { } key
            && (key.Type == "Organization" ? key.Id : organizationOf?.Invoke(key)) is { } organization)
        {
            AddOnce(found, organization);
        }
    }

    private static void AddOnce<T>(List<T> list, T item)
    {
        if (!list.Contains(item))
        {
            list.Add(item);
        }
    }

    // What is stored is in normal form: no address in it is one of ours.
    private static readonly ServiceBases Elsewhere = new([]);
}
