using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Interop.Fhir.FhirPath.Syntax;

/// <summary>Splits an expression into tokens: https://hl7.org/fhirpath/N1/#tokens-and-keywords.</summary>
internal sealed partial class Lexer(string text)
{
    private static readonly string[] Symbols =
        ["<=", ">=", "!=", "!~", ".", ",", "(", ")", "[", "]", "{", "}", "|", "=", "~", "<", ">", "+", "-", "*", "/", "&"];

    private int position;

    public List<Token> Run()
    {
        var tokens = new List<Token>();
        do
        {
            tokens.Add(Next());
        }
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipSpace();
        var start = position;
        if (start == text.Length)
        {
            return new(TokenKind.End, string.Empty, start);
        }

        var first = text[start];
        if (char.IsAsciiLetter(first) || first is '_' or '$')
        {
            position++;
            return new(TokenKind.Identifier, Run(start, IsWordPart), start);
        }

        if (char.IsAsciiDigit(first))
        {
            return Number(start);
        }

        switch (first)
        {
            case '\'':
                return new(TokenKind.String, Quoted('\''), start);
            case '`':
                return new(TokenKind.Identifier, Quoted('`'), start, IsDelimited: true);
            case '@':
                var moment = Moment().Match(text, start + 1);
                position += moment.Length + 1;
                return moment.Success
                    ? new(TokenKind.DateTime, moment.Value, start)
                    : throw new FhirPathException("A date or time is expected", start);
            case '%':
                position++;
                return new(TokenKind.Variable, Variable(start), start);
        }

        var symbol = Array.Find(Symbols, candidate => string.CompareOrdinal(text, start, candidate, 0, candidate.Length) == 0)
            ?? throw new FhirPathException($"Unexpected character U+{(int)first:X4}", start);
        position += symbol.Length;
        return new(TokenKind.Symbol, symbol, start);
    }

    private string Variable(int start)
    {
        if (position < text.Length && text[position] is '\'' or '`')
        {
            return Quoted(text[position]);
        }

        // %vs-name and %ext-name are written with hyphens; after every other variable a hyphen is a minus.
        var hasHyphens = text.AsSpan(position).StartsWith("vs-") || text.AsSpan(position).StartsWith("ext-");
        return Run(start + 1, c => IsWordPart(c) || (c == '-' && hasHyphens));
    }

    private Token Number(int start)
    {
        var whole = Run(start, char.IsAsciiDigit);
        if (position + 1 < text.Length && text[position] == '.' && char.IsAsciiDigit(text[position + 1]))
        {
            position++;
            return new(TokenKind.Number, $"{whole}.{Run(position, char.IsAsciiDigit)}", start);
        }

        return new(TokenKind.Number, whole, start);
    }

    private string Run(int start, Func<char, bool> belongs)
    {
        while (position < text.Length && belongs(text[position]))
        {
            position++;
        }

        return text[start..position];
    }

    private string Quoted(char quote)
    {
        var start = position++;
        var value = new StringBuilder();
        while (position < text.Length && text[position] != quote)
        {
            value.Append(text[position] == '\\' ? Escape() : text[position++]);
        }

        if (position == text.Length)
        {
            throw new FhirPathException("The text ends inside quotes", start);
        }

        position++;
        return value.ToString();
    }

    private char Escape()
    {
        var start = position;
        var kind = position + 1 < text.Length ? text[position + 1] : '\0';
        position += 2;
        switch (kind)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case '\\' or '/' or '\'' or '`' or '"':
                return kind;
            case 'u' when position + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                position += 4;
                return (char)unit;
            default:
                throw new FhirPathException("Unknown escape", start);
        }
    }

    private void SkipSpace()
    {
        while (position < text.Length)
        {
            if (char.IsWhiteSpace(text[position]))
            {
                position++;
            }
            else if (text.AsSpan(position).StartsWith("//"))
            {
                position = text.IndexOf('\n', position) is var end and >= 0 ? end : text.Length;
            }
            else if (text.AsSpan(position).StartsWith("/*"))
            {
                var end = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
                position = end >= 0 ? end + 2 : throw new FhirPathException("The text ends inside a comment", position);
            }
            else
            {
                return;
            }
        }
    }

    // Half a time zone or one after a bare time is read too, so that it is an error and not two words.
    private const string Clock = @"[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?";

    [GeneratedRegex($@"\G(?:[0-9]{{4}}(?:-[0-9]{{2}}(?:-[0-9]{{2}})?)?(?:T(?:{Clock})?)?|T{Clock})", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
