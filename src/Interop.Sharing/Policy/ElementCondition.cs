using System.Text;
using System.Text.Json;

namespace Interop.Sharing.Policy;

/// <summary>
/// A condition on an element's own children: every path must lead to one of its values. A value is a string, a canonical
/// without its version, a Coding as <c>system|code</c> or <c>system|*</c>, or <c>$caller</c>, a reference to the caller.
/// The path <c>$</c> is the element itself.
/// </summary>
internal sealed class ElementCondition
{
    private const int DeepestPath = 8;

    private ElementCondition(IReadOnlyList<ConditionTerm> terms) => Terms = terms;

    public IReadOnlyList<ConditionTerm> Terms { get; }

    /// <summary>Whether it asks for a reference to the caller.</summary>
    public bool NamesCaller => Terms.Any(term => term.Values.Any(value => value.AsSpan().SequenceEqual("$caller"u8)));

    public static ElementCondition Read(JsonElement json) => new([.. json.EnumerateObject().Select(property => new ConditionTerm(
        property.Name == "$" ? [] : [.. property.Name.Split('.').Select(Encoding.UTF8.GetBytes)],
        property.Name,
        [.. property.Value.EnumerateArray().Select(value => Encoding.UTF8.GetBytes(value.GetString()!))]))]);

    /// <param name="reader">A copy of the reader, at the start of the element.</param>
    public bool Holds(Utf8JsonReader reader, ReadOnlySpan<byte> caller)
    {
        foreach (var term in Terms)
        {
            var copy = reader;
            if (term.Path.Length > DeepestPath || !Matches(ref copy, term, 0, caller))
            {
                return false;
            }
        }

        return true;
    }

    // Leaves the reader at the end of the value.
    private static bool Matches(ref Utf8JsonReader reader, ConditionTerm term, int step, ReadOnlySpan<byte> caller)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            var any = false;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                any |= Matches(ref reader, term, step, caller);
            }

            return any;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return step == term.Path.Length && reader.TokenType == JsonTokenType.String && term.HasText(ref reader, caller);
        }

        return step == term.Path.Length ? HasCoding(ref reader, term) : Descend(ref reader, term, step, caller);
    }

    private static bool Descend(ref Utf8JsonReader reader, ConditionTerm term, int step, ReadOnlySpan<byte> caller)
    {
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var here = reader.ValueTextEquals(term.Path[step]);
            reader.Read();
            if (here)
            {
                found |= Matches(ref reader, term, step + 1, caller);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    private static bool HasCoding(ref Utf8JsonReader reader, ConditionTerm term)
    {
        string? system = null;
        string? code = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSystem = reader.ValueTextEquals("system"u8);
            var isCode = reader.ValueTextEquals("code"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && (isSystem || isCode))
            {
                (system, code) = isSystem ? (reader.GetString(), code) : (system, reader.GetString());
            }
            else
            {
                reader.Skip();
            }
        }

        return system is not null && code is not null && term.HasCoding(system, code);
    }
}

/// <summary>One path of a condition and its values.</summary>
internal sealed record ConditionTerm(byte[][] Path, string Name, byte[][] Values)
{
    private readonly HashSet<string> texts = [.. Values.Select(Encoding.UTF8.GetString)];

    public bool HasCoding(string system, string code) => texts.Contains($"{system}|{code}") || texts.Contains($"{system}|*");

    public bool HasText(ref Utf8JsonReader reader, ReadOnlySpan<byte> caller)
    {
        if (reader.ValueIsEscaped)
        {
            return HasText(Encoding.UTF8.GetBytes(reader.GetString()!), caller);
        }

        return HasText(reader.ValueSpan, caller);
    }

    private bool HasText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> caller)
    {
        foreach (var value in Values)
        {
            if (value.AsSpan().SequenceEqual("$caller"u8))
            {
                if (!caller.IsEmpty && text.StartsWith("Organization/"u8) && text["Organization/"u8.Length..].SequenceEqual(caller))
                {
                    return true;
                }
            }
            else if (text.StartsWith(value) && (text.Length == value.Length || text[value.Length] == '|'))
            {
                return true;
            }
        }

        return false;
    }
}
