using System.Globalization;

namespace Interop.Storage.Audit;

/// <summary>The last row of a chain of the audit trail: its number and its hash.</summary>
public sealed record AuditHead(long Chain, long Sequence, string Hash)
{
    /// <summary>Before its first row. No two chains begin alike, so that none stands for another.</summary>
    internal static AuditHead StartOf(long chain) => new(chain, 0, (chain - 1).ToString("x64", CultureInfo.InvariantCulture));

    /// <summary>Reads heads with spaces between them.</summary>
    /// <exception cref="FormatException">The text is none of ours.</exception>
    public static IReadOnlyList<AuditHead> Parse(string heads) =>
    [
        .. heads.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(head => head.Split(':') is [var chain, var sequence, var hash]
            ? new AuditHead(
                long.Parse(chain, CultureInfo.InvariantCulture), long.Parse(sequence, CultureInfo.InvariantCulture), hash)
            : throw new FormatException("A head is chain:sequence:hash.")),
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Chain}:{Sequence}:{Hash}");
}
