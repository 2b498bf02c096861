using System.Text;

namespace Interop.Fhir.Search;

/// <summary>Escapes and prefixes in the values of a search (https://hl7.org/fhir/R4/search.html#escaping).</summary>
public static class SearchText
{
    /// <summary>The parts between separators that no backslash escapes; the parts keep their escapes.</summary>
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] == '\\')
            {
                index++;
            }
            else if (text[index] == separator)
            {
                parts.Add(text[start..index]);
                start = index + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>Text as a value that stands for itself alone: neither a list, nor a system with a code.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            escaped.Append(character is ',' or '$' or '|' or '\\' ? "\\" : "").Append(character);
        }

        return escaped.ToString();
    }

    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var isEscape = text[index] == '\\' && index + 1 < text.Length && text[index + 1] is ',' or '$' or '|' or '\\';
            plain.Append(isEscape ? text[++index] : text[index]);
        }

        return plain.ToString();
    }

    public static (SearchPrefix Prefix, string Value) Prefix(string text)
    {
        SearchPrefix? prefix = text.Length < 2 ? null : text[..2] switch
        {
            "eq" => SearchPrefix.Equal,
            "ne" => SearchPrefix.NotEqual,
            "gt" => SearchPrefix.GreaterThan,
            "lt" => SearchPrefix.LessThan,
            "ge" => SearchPrefix.GreaterOrEqual,
            "le" => SearchPrefix.LessOrEqual,
            "sa" => SearchPrefix.StartsAfter,
            "eb" => SearchPrefix.EndsBefore,
            "ap" => SearchPrefix.Approximately,
            _ => null,
        };
        return prefix is { } known ? (known, text[2..]) : (SearchPrefix.Equal, text);
    }
}
