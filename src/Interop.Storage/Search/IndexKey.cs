using System.Security.Cryptography;
using System.Text;

namespace Interop.Storage.Search;

/// <summary>
/// Values in the form in which index rows have them and searches ask for them, so that any database can take them as keys: PostgreSQL's may
/// have 2,704 bytes with all that stands beside them, SQL Server's 1,700, and both refuse to reckon with numbers at the edge of what a
/// double holds.
/// </summary>
internal static class IndexKey
{
    // Three of these with their hashes, of characters of three bytes, leave room for what else a key has.
    private const int LongestWhole = 200;

    private const int LongestBeginning = 600;

    private const int LongestBytes = 1600;

    /// <summary>What is only ever compared whole: of a long text its beginning and a hash.</summary>
    public static string Whole(string text) => text.Length <= LongestWhole
        ? text
        : $"{Cut(text, LongestWhole)}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    /// <summary>
    /// What is found by how it begins, or by a part: of a long text the first six hundred characters, and as many of them as have 1,600
    /// bytes, which are 533 of a script with three for each.
    /// </summary>
    public static string Beginning(string text)
    {
        var beginning = text.Length <= LongestBeginning ? text : Cut(text, LongestBeginning);
        if (beginning.Length * 3 > LongestBytes && Encoding.UTF8.GetByteCount(beginning) > LongestBytes)
        {
            Encoding.UTF8.GetEncoder().Convert(beginning, new byte[LongestBytes], flush: false, out var whole, out _, out _);
            beginning = Cut(beginning, whole);
        }

        return beginning;
    }

    /// <summary>A sum, a half and a square of it neither overflow nor come to nothing.</summary>
    public static double Number(double number) => Math.Abs(number) switch
    {
        < 1e-100 => 0,
        > 1e150 and < double.PositiveInfinity => Math.CopySign(1e150, number),
        _ => number,
    };

    /// <summary>Not in the middle of a character of two halves.</summary>
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
