using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>The only code that removes elements: judges a resource when it is written, discloses it when it is read.</summary>
/// <param name="extract">The index extractor (<c>IndexExtractor.Extract</c>).</param>
public sealed class Redactor(SharingPolicy policy, Func<ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>> extract)
{
    /// <summary>What storage must know of a valid resource to answer for it later.</summary>
    /// <param name="instant">UTC microseconds of the write.</param>
    public JudgedResource Judge(ReadOnlyMemory<byte> body, SourceFacts source, ResourceKey key, long instant) =>
        throw new NotImplementedException($"{policy} {extract}");

    /// <summary>The literal local references in the view, other than to the subject's own Patient: ask which of them are visible.</summary>
    public IReadOnlyList<ResourceKey> References(SeenResource seen) => throw new NotImplementedException();

    /// <summary>The resource as the caller may see it, or null where nothing of it may leave.</summary>
    /// <param name="visibleTargets">Those of <see cref="References"/> that the same sight sees in the same snapshot.</param>
    /// <param name="callerOrganization">Id of the caller's Organization, for projections that name it.</param>
    public Disclosure? Disclose(SeenResource seen, IReadOnlySet<ResourceKey> visibleTargets, string callerOrganization) =>
        throw new NotImplementedException();

    /// <summary>
    /// A document Bundle of a composition that holds nobody's data by itself and of parts that were disclosed to this caller;
    /// nothing else gets in. Its version is a function of its bytes.
    /// </summary>
    /// <param name="key">Of the Bundle.</param>
    /// <param name="composition">A Composition resource in UTF-8 JSON.</param>
    /// <param name="baseUrl">The FHIR base for the entries' fullUrl.</param>
    public static Disclosure Compose(
        ResourceKey key, long instant, string baseUrl, ReadOnlyMemory<byte> composition, IReadOnlyList<Disclosure> parts) =>
        throw new NotImplementedException();

    /// <summary>A body that holds nobody's data: a notice, a fixed answer.</summary>
    public static Disclosure Nobody(ResourceKey key, long instant, ReadOnlyMemory<byte> body) => throw new NotImplementedException();
}
