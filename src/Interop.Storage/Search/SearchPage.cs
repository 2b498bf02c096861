using Interop.Fhir.Search;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Search;

/// <summary>One page of what a sight sees of a search.</summary>
/// <param name="Included">What <c>_include</c> and <c>_revinclude</c> add; never a match of this page.</param>
/// <param name="Total">The exact number of visible matches, where it was asked for.</param>
/// <param name="Next">Where the next page begins; null when this is the last.</param>
public sealed record SearchPage(
    IReadOnlyList<SeenResource> Matches, IReadOnlyList<SeenResource> Included, long? Total, SearchCursor? Next);
