using System.Globalization;
using System.Text;

namespace Interop.Fhir.Search;

/// <summary>
/// The form in which strings are compared unless a search says <c>:exact</c>: lower case, no accents, single spaces, none at the ends
/// (https://hl7.org/fhir/R4/search.html#string). Values and search texts fold alike.
/// </summary>
public static class StringFolding
{
    // string.Normalize leaves text as it is under InvariantGlobalization, so the letters with accents are listed: base letter first.
    private static readonly string[] Letters =
    [
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        "bḃḅḇ",
        "cçćĉċčḉ",
        "dðďđḋḍḏḑḓ",
        "eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        "fḟ",
        "gĝğġģǧǵḡ",
        "hĥħȟḣḥḧḩḫẖ",
        "iìíîïĩīĭįıǐȉȋḭḯỉị",
        "jĵǰ",
        "kķǩḱḳḵ",
        "lĺļľłḷḹḻḽ",
        "mḿṁṃ",
        "nñńņňǹṅṇṉṋ",
        "oòóôõöøōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        "pṕṗ",
        "rŕŗřȑȓṙṛṝṟ",
        "sśŝşšșṡṣṥṧṩ",
        "tţťŧțṫṭṯṱẗ",
        "uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        "vṽṿ",
        "wŵẁẃẅẇẉẘ",
        "xẋẍ",
        "yýÿŷȳẏẙỳỵỷỹ",
        "zźżžẑẓẕ",
        "æǣǽ",
        "øǿ",
        "ſẛ",
        "ʒǯ",
        "αά",
        "εέ",
        "ηή",
        "ιΐίϊ",
        "οό",
        "υΰϋύ",
        "ωώ",
    ];

    private static readonly Dictionary<char, string> Plain = Table();

    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        var afterSpace = true;
        foreach (var original in text)
        {
            var letter = char.ToLowerInvariant(original);
            if (char.IsWhiteSpace(letter))
            {
                if (!afterSpace)
                {
                    folded.Append(' ');
                }

                afterSpace = true;
                continue;
            }

            if (letter < 128)
            {
                folded.Append(letter);
            }
            else if (Plain.TryGetValue(letter, out var plain))
            {
                folded.Append(plain);
            }
            else if (char.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                folded.Append(letter);
            }

            afterSpace = false;
        }

        return afterSpace && folded.Length > 0 ? folded.ToString(0, folded.Length - 1) : folded.ToString();
    }

    private static Dictionary<char, string> Table()
    {
        var table = new Dictionary<char, string> { ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['þ'] = "th" };
        foreach (var row in Letters)
        {
            foreach (var letter in row.AsSpan(1))
            {
                table[letter] = row[..1];
            }
        }

        return table;
    }
}
