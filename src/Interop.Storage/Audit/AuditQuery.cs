namespace Interop.Storage.Audit;

/// <summary>Which rows of the trail somebody looks for; all conditions must hold.</summary>
/// <param name="IsAscending">Whether the oldest come first, by their instant; else the newest do.</param>
/// <param name="After">The last row of the page before, or null for the first page.</param>
/// <param name="Counts">Whether all that meet the conditions are counted.</param>
/// <param name="HidesWithheld">Whether what was withheld counts as what was not there.</param>
public sealed record AuditQuery(
    IReadOnlyList<AuditCondition> Conditions,
    int Count,
    bool IsAscending = false,
    AuditPlace? After = null,
    bool Counts = false,
    bool HidesWithheld = false);

/// <summary>A row's place in the order.</summary>
/// <param name="Instant">UTC microseconds.</param>
public sealed record AuditPlace(long Instant, long Chain, long Sequence);

/// <summary>One page.</summary>
/// <param name="Total">All that meet the conditions, where they were counted.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Total, bool HasMore);

/// <summary>What is asked of a row. Of several values any is enough.</summary>
public abstract record AuditCondition
{
    private AuditCondition()
    {
    }

    /// <summary>It is about one of these patients.</summary>
    public sealed record About(IReadOnlyList<string> Patients) : AuditCondition;

    /// <summary>It was, or was not, asked by one of these organisations.</summary>
    public sealed record ByOrganization(IReadOnlyList<string> Ids, bool Not = false) : AuditCondition;

    /// <summary>It was asked by one of these practitioners, or by a client or user of one of these names.</summary>
    public sealed record ByAgent(IReadOnlyList<string> Practitioners, IReadOnlyList<string> Names) : AuditCondition;

    /// <summary>It was asked for one of these purposes.</summary>
    public sealed record ForPurpose(IReadOnlyList<string> Codes) : AuditCondition;

    /// <summary>UTC microseconds, both included.</summary>
    public sealed record Within(long From, long To) : AuditCondition;

    /// <summary>It is one of these, by chain and sequence.</summary>
    public sealed record AtPlace(IReadOnlyList<(long Chain, long Sequence)> Places) : AuditCondition;

    /// <summary>What was asked for is not this.</summary>
    public sealed record NotAt(string Target) : AuditCondition;

    /// <summary>It names one of these resources, as what was asked for or shown.</summary>
    public sealed record Naming(IReadOnlyList<string> Keys) : AuditCondition;

    /// <summary>It is of one of these kinds.</summary>
    public sealed record OfKind(IReadOnlyList<AuditKind> Kinds) : AuditCondition;

    public sealed record NotOfKind(AuditKind Kind) : AuditCondition;

    /// <summary>Its outcome is, or is not, one of these.</summary>
    public sealed record Ending(IReadOnlyList<string> Outcomes, bool Not = false) : AuditCondition;

    public sealed record All(IReadOnlyList<AuditCondition> Conditions) : AuditCondition;

    /// <summary>One of several conditions holds.</summary>
    public sealed record Any(IReadOnlyList<AuditCondition> Conditions) : AuditCondition;
}

/// <summary>What a row tells of. Each row is of one class.</summary>
/// <param name="Interactions">Empty for any.</param>
public sealed record AuditKind(AuditClass Class, IReadOnlyList<string> Interactions);

public enum AuditClass
{
    /// <summary>Something was asked for and given, or refused for reasons that lie with who asked.</summary>
    Plain,

    /// <summary>Something about a patient was asked for and withheld.</summary>
    Withheld,

    /// <summary>An operation gave somebody else than the custodian something about one patient.</summary>
    Given,
}
