using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard;

/// <summary>What a read found. Withheld and absent are the same.</summary>
internal abstract record ReadResult
{
    public sealed record Found(Disclosure Disclosure) : ReadResult;

    /// <summary>Told only to who could have read the last version.</summary>
    public sealed record Deleted : ReadResult;

    public sealed record Absent : ReadResult;
}

/// <summary>What became of a create or update.</summary>
internal abstract record WriteResult
{
    public sealed record Stored(Disclosure Disclosure, bool Created) : WriteResult;

    /// <summary>If-None-Exist matched one resource: nothing was written.</summary>
    public sealed record Existing(Disclosure Disclosure) : WriteResult;

    /// <summary>If-None-Exist matched several.</summary>
    public sealed record Ambiguous : WriteResult;

    /// <summary>If-Match named another version than the current one of the caller's view.</summary>
    public sealed record Conflict(ResourceKey Key) : WriteResult;

    public sealed record Absent(ResourceKey Key) : WriteResult;

    public sealed record Refused(int Status, IReadOnlyList<Issue> Issues) : WriteResult
    {
        public Refused(int status, string code, string diagnostics, string? expression = null)
            : this(status, [new Issue(IssueSeverity.Error, code, diagnostics, expression)])
        {
        }
    }
}

/// <summary>What became of a delete.</summary>
internal enum DeleteResult
{
    Deleted,
    Absent,
    Conflict,
}

/// <summary>One version in the history of a resource, as the caller may see it.</summary>
internal sealed record HistoryVersion(Disclosure? Disclosure, bool Deleted, string? VersionId, long Changed);

/// <summary>A page of search results.</summary>
internal sealed record SearchAnswer(
    IReadOnlyList<Disclosure> Matches, IReadOnlyList<Disclosure> Included, long? Total, string? NextCursor);

/// <summary>The answer to a batch or transaction, entry by entry.</summary>
internal sealed record BundleResult(string Type, IReadOnlyList<BundleItem> Items);
