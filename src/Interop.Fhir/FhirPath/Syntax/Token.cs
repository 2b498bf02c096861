namespace Interop.Fhir.FhirPath.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    String,
    Number,
    DateTime,
    Variable,
    Symbol,
}

/// <summary>One word of an expression. Text of strings and delimited identifiers is without quotes and escapes.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position, bool IsDelimited = false)
{
    public bool Is(string symbol) => Text == symbol && Kind == TokenKind.Symbol;

    /// <summary>An operator that is spelt as a word: <c>and</c>, <c>is</c>. Between backticks it would be a name.</summary>
    public bool IsWord(string word) => Text == word && Kind == TokenKind.Identifier && !IsDelimited;
}
