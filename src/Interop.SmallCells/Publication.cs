namespace Interop.SmallCells;

/// <summary>What readers know of a count.</summary>
public enum Publication
{
    /// <summary>It is published nowhere, but part of what is.</summary>
    Never,

    /// <summary>It is about to be published, or masked: that is to be decided.</summary>
    Now,

    /// <summary>It was published before, with its value.</summary>
    Shown,

    /// <summary>It was masked before, and stays so.</summary>
    Masked,
}

/// <summary>A count of a table.</summary>
/// <param name="Cost">What is lost where it is masked, above zero; only proportions matter.</param>
public readonly record struct CountCell(long Count, Publication Publication, double Cost)
{
    /// <summary>Whether it counts something of so few persons that it is protected however large it is.</summary>
    public bool IsOfFew { get; init; }
}

/// <summary>A count that is the sum of others: a margin of a table, a year of its months.</summary>
public readonly record struct CountSum(int Total, IReadOnlyList<int> Parts);
