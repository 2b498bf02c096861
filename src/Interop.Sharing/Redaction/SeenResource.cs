using Interop.Fhir;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>A stored resource that a statement found visible to one sight. Not yet redacted: it must not leave as it is.</summary>
/// <param name="Version">The stored version, from 1.</param>
/// <param name="Deleted">Whether this version is a deletion; the body is then the last one before it.</param>
/// <param name="Tier">The tier at which the sight sees it; <see cref="Policy.Tier.Own"/> sees every byte.</param>
/// <param name="Party">Whether the sight's organisation is party to it.</param>
/// <param name="Changed">UTC microseconds at which the view of this tier last changed.</param>
/// <param name="Labels">All its sensitivity labels, inherited ones too.</param>
/// <param name="Body">The UTF-8 that arrived.</param>
public sealed record SeenResource(
    ResourceKey Key, long Version, bool Deleted, Tier Tier, bool Party, long Changed, long Labels, ReadOnlyMemory<byte> Body);
