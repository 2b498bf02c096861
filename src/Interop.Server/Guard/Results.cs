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
    /// <param name="Remarks">Warnings: what the writer must know, though it is stored.</param>
    public sealed record Stored(Disclosure Disclosure, bool Created, IReadOnlyList<Issue> Remarks) : WriteResult
    {
        public Stored(GuardedTransaction transaction, Disclosure disclosure, bool created)
            : this(disclosure, created, transaction.Remarks.GetValueOrDefault(disclosure.Key, []))
        {
        }
    }

    /// <summary>If-None-Exist matched one resource: nothing was written.</summary>
    public sealed record Existing(Disclosure Disclosure) : WriteResult;

    /// <summary>The condition matched several.</summary>
    public sealed record Ambiguous : WriteResult
    {
        public const string Rule = "The condition matches more than one resource.";
    }

    /// <summary>The condition of a change matched nothing.</summary>
    public sealed record Unmatched : WriteResult
    {
        public const string Rule = "The condition matches nothing.";
    }

    /// <summary>A precondition does not hold for the current version of the caller's view.</summary>
    public sealed record Conflict(ResourceKey Key, string Condition) : WriteResult;

    public sealed record Absent(ResourceKey Key) : WriteResult;

    public sealed record Refused(int Status, IReadOnlyList<Issue> Issues) : WriteResult
    {
        public Refused(IssueCode code, string diagnostics, string? expression = null)
            : this(code.Status, [new Issue(IssueSeverity.Error, code.Code, diagnostics, expression)])
        {
        }
    }
}

/// <summary>What became of a delete.</summary>
internal enum DeleteResult
{
    Deleted,
    Absent,

    /// <summary>Deleted before: told only to who could have read the last version.</summary>
    Gone,
    Conflict,

    /// <summary>The condition matched nothing.</summary>
    Unmatched,

    /// <summary>The condition matched several.</summary>
    Ambiguous,
}

/// <summary>One version in the history of a resource, as the caller may see it.</summary>
internal sealed record HistoryVersion(Disclosure? Disclosure, bool Deleted, string? VersionId, long Changed);

/// <summary>A page of search results.</summary>
/// <param name="Used">The parameters that it answers.</param>
/// <param name="Ignored">Why others were left out, where the caller lets them.</param>
internal sealed record SearchAnswer(
    IReadOnlyList<Disclosure> Matches,
    IReadOnlyList<Disclosure> Included,
    long? Total,
    string? NextCursor,
    IReadOnlyList<KeyValuePair<string, string>> Used,
    IReadOnlyList<Issue> Ignored);

