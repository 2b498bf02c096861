using System.Globalization;
using System.Text;
using AnyAscii;

namespace Interop.Fhir.Search;

/// <summary>
/// The form in which strings are compared unless a search says <c>:exact</c>: lower case, no accents, single spaces, none at the ends
/// (https://hl7.org/fhir/R4/search.html#string). Values and search texts fold alike. Letters and marks are the platform's
/// (https://www.unicode.org/reports/tr15/); Latin letters that Unicode does not take apart, such as ø, are those of AnyAscii.
/// </summary>
public static class StringFolding
{
    /// <summary>Another one when the same text folds otherwise: rows of the one before are written anew.</summary>
    public const int Version = 2;

    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in UnicodeText.Normalized(text, NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                if (folded.Length > 0 && folded[^1] != ' ')
                {
                    folded.Append(' ');
                }
            }
            else if (rune.IsAscii || Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                // By way of the capital, so that the two small sigmas are one.
                folded.Append(IsLatin(rune) ? rune.ToString().Transliterate().ToLowerInvariant()
                    : Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
            }
        }

        return UnicodeText.Normalized(folded.ToString().TrimEnd(' '), NormalizationForm.FormC);
    }

    /// <summary>Latin-1 Supplement, Latin Extended-A, -B and Additional (https://www.unicode.org/charts/).</summary>
    private static bool IsLatin(Rune rune) => rune.Value is (>= 0xC0 and <= 0x24F and not (0xD7 or 0xF7)) or (>= 0x1E00 and <= 0x1EFF);
}
