using Interop.Fhir;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Read;

/// <summary>Which versions of a history of several resources are asked for; times are UTC microseconds.</summary>
/// <param name="Type">Null for all types.</param>
/// <param name="Count">Versions of a page at most.</param>
/// <param name="Since">Those of views that changed then or later.</param>
/// <param name="At">Those that were current at some time within.</param>
/// <param name="After">Where the page begins; null for the first page.</param>
public sealed record HistoryQuery(string? Type, int Count, long? Since, (long Low, long High)? At, HistoryPlace? After);

/// <summary>Where a page ended: when the last view changed, and which it was.</summary>
public sealed record HistoryPlace(long Changed, ResourceKey Key);

/// <summary>One page of what a sight sees of a history.</summary>
/// <param name="Total">Versions on all pages; null on a page without any.</param>
/// <param name="Next">Null when this is the last page.</param>
public sealed record HistoryPage(IReadOnlyList<TypeVersion> Versions, long? Total, HistoryPlace? Next);

/// <summary>A version of one of several resources.</summary>
/// <param name="IsFirst">Whether the sight sees none before it.</param>
public sealed record TypeVersion(SeenResource Seen, bool IsFirst);
