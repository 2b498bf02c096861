using Interop.Fhir;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>
/// A stored resource that a statement found visible to one sight. Not yet redacted: it must not leave as it is. Only storage makes one,
/// so that nothing but a sight can say that something is seen.
/// </summary>
public sealed class SeenResource
{
    internal SeenResource(
        ResourceKey key, long version, bool deleted, Tier tier, bool party, long changed, long labels, ReadOnlyMemory<byte> body) =>
        (Key, Version, Deleted, Tier, Party, Changed, Labels, Body) = (key, version, deleted, tier, party, changed, labels, body);

    /// <summary>Ids of the Patients that it is about, in order; none for the directory.</summary>
    public IReadOnlyList<string> Patients { get; internal init; } = [];

    /// <summary>What the grant rests on that opens it, as <see cref="Consents.GrantRow.Basis"/>; empty where no grant does.</summary>
    public string Basis { get; internal init; } = string.Empty;

    public ResourceKey Key { get; }

    /// <summary>The stored version, from 1.</summary>
    public long Version { get; }

    /// <summary>Whether this version is a deletion; the body is then the last one before it.</summary>
    public bool Deleted { get; }

    /// <summary>The tier at which the sight sees it; <see cref="Policy.Tier.Own"/> sees every byte.</summary>
    public Tier Tier { get; }

    /// <summary>Whether the sight's organisation is party to it.</summary>
    public bool Party { get; }

    /// <summary>UTC microseconds at which the view of this tier last changed.</summary>
    public long Changed { get; }

    /// <summary>All its sensitivity labels, inherited ones too.</summary>
    public long Labels { get; }

    /// <summary>The UTF-8 that arrived.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The same as somebody sees it who sees what is basic and no more.</summary>
    public SeenResource AsBasic() => new(Key, Version, Deleted, Tier.Basic, party: false, Changed, Labels, Body)
    {
        Patients = Patients,
        Basis = Basis,
    };
}
