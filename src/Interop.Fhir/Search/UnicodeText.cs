using System.Globalization;
using System.Text;

namespace Interop.Fhir.Search;

/// <summary>Unicode normal forms (https://www.unicode.org/reports/tr15/) of what anybody may send.</summary>
internal static class UnicodeText
{
    /// <summary>
    /// As many marks as a letter may have in stream-safe text (tr15 section 13). They are sorted, which takes the square of their number:
    /// half a million on one letter, as one string may have, would be minutes.
    /// </summary>
    private const int MostMarks = 30;

    /// <summary>The normal form; half of a surrogate pair becomes U+FFFD, and of marks on one letter the first thirty stay.</summary>
    public static string Normalized(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            marks = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
                ? marks + 1
                : 0;
            if (marks <= MostMarks)
            {
                safe.Append(rune);
            }
        }

        return safe.ToString().Normalize(form);
    }
}
