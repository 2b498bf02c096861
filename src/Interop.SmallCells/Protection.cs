namespace Interop.SmallCells;

/// <summary>
/// What must not be found out. CMS lets no count of 1 to 10 be shown or derived from what is (its cell size suppression policy, told at
/// https://resdac.org).
/// </summary>
/// <param name="Largest">Counts from 1 to this are small.</param>
/// <param name="Width">
/// How far apart the least and the greatest value of a small count must be that agree with all that was published. More than the largest
/// small count, so that no sum of masked counts that can be worked out is small itself.
/// </param>
public sealed record Protection(int Largest = 10, int Width = 11)
{
    public bool IsSmall(long count) => count >= 1 && count <= Largest;

    /// <summary>Whether a count must not be found out: it is small, or it is of few persons. Zero is of nobody.</summary>
    public bool Covers(CountCell cell) => IsSmall(cell.Count) || (cell.IsOfFew && cell.Count > 0);
}
