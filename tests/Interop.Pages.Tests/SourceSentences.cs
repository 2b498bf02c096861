using System.Text;

namespace Interop.Pages.Tests;

/// <summary>The sentences that stand in a C# source: string literals, adjacent ones as one, with X for what is put into them.</summary>
internal sealed class SourceSentences
{
    private readonly string source;
    private int at;

    private SourceSentences(string source) => this.source = source;

    /// <summary>All literals but raw ones.</summary>
    public static IEnumerable<string> Of(string source) => new SourceSentences(source).All();

    /// <summary>Whether a literal begins with a capital, or with something put in, and ends with a full stop.</summary>
    public static bool IsSentence(string text) =>
        text.Length > 15 && char.IsUpper(text[0]) && text.Contains(' ') && text.TrimEnd().EndsWith('.');

    private IEnumerable<string> All()
    {
        while (at < source.Length)
        {
            if (Is("//"))
            {
                at = source.IndexOf('\n', at) is >= 0 and var end ? end : source.Length;
            }
            else if (Is("@\""))
            {
                at = source.IndexOf('"', at + 2) + 1; // a doubled quote in it begins the rest, which is passed over in turn
            }
            else if (IsCharacter)
            {
                SkipCharacter();
            }
            else if (Is("\"\"\"") || Is("$\"\"\"") || Is("$$\"\"\""))
            {
                at = source.IndexOf("\"\"\"", source.IndexOf("\"\"\"", at, StringComparison.Ordinal) + 3, StringComparison.Ordinal) + 3;
            }
            else if (IsLiteral)
            {
                var text = Literal();
                while (IsJoined())
                {
                    text += Literal();
                }

                yield return text;
            }
            else
            {
                at++;
            }
        }
    }

    private bool IsCharacter => source[at] == '\'' && at + 3 < source.Length && (source[at + 2] == '\'' || source[at + 1] == '\\');

    private void SkipCharacter() => at = source.IndexOf('\'', at + (source[at + 1] == '\\' ? 3 : 2)) + 1;

    private bool IsLiteral => Is("\"") || Is("$\"");

    private bool Is(string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    /// <summary>Whether another literal is added to the one that has ended, and if so stands at it.</summary>
    private bool IsJoined()
    {
        var ahead = at;
        SkipBlank();
        if (at < source.Length && source[at] == '+')
        {
            at++;
            SkipBlank();
            if (IsLiteral)
            {
                return true;
            }
        }

        at = ahead;
        return false;
    }

    private void SkipBlank()
    {
        while (at < source.Length && char.IsWhiteSpace(source[at]))
        {
            at++;
        }
    }

    private string Literal()
    {
        var isFilled = source[at] == '$';
        at += isFilled ? 2 : 1;
        var text = new StringBuilder();
        while (source[at] != '"')
        {
            if (source[at] == '\\')
            {
                at++;
            }
            else if (isFilled && source[at] == '{' && source[at + 1] != '{')
            {
                SkipFilling();
                text.Append('X');
                continue;
            }

            text.Append(source[at++]);
        }

        at++;
        return text.ToString();
    }

    private void SkipFilling()
    {
        var depth = 0;
        do
        {
            if (IsLiteral)
            {
                Literal();
                continue;
            }

            if (IsCharacter)
            {
                SkipCharacter();
                continue;
            }

            depth += source[at] == '{' ? 1 : source[at] == '}' ? -1 : 0;
            at++;
        }
        while (depth > 0);
    }
}
