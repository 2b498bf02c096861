using Interop.Fhir.Json;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// A compiled FHIRPath expression (https://hl7.org/fhirpath/N1/), as far as R4's search parameters use the language. Compile once,
/// share between threads.
/// </summary>
public sealed class FhirPathExpression
{
    private FhirPathExpression(string text, PathNode root) => (Text, Root) = (text, root);

    public string Text { get; }

    internal PathNode Root { get; }

    /// <summary>FhirPathException where the text is not an expression that can be evaluated.</summary>
    public static FhirPathExpression Compile(string text) => new(text, new Parser(new Lexer(text).Run()).Run());

    /// <summary>
    /// The resulting items over a resource. FormatException when the bytes are not a resource, FhirPathException when the expression asks
    /// for a single value and there are several.
    /// </summary>
    public IReadOnlyList<FhirPathResult> Evaluate(ReadOnlyMemory<byte> utf8)
    {
        var text = JsonTape.WithoutMark(utf8);
        using var tape = TopLevel.Read(text.Span);
        var evaluation = new Evaluation(text, tape);
        var items = new List<PathItem>();
        Root.Evaluate(evaluation, evaluation.Root, items);
        return [.. items.Select(item => Describe(tape, item))];
    }

    private static FhirPathResult Describe(JsonTape tape, PathItem item)
    {
        if (item.Node < 0)
        {
            return new(item.Type.Name, null, item.Value);
        }

        var node = tape[item.Node];
        var quote = node.Kind == TapeKind.String ? 1 : 0;
        return new(item.Type.Name, (node.Start - quote)..(node.End + quote), null);
    }
}

/// <summary>One item of a result: its FHIR type and either its bytes in the resource (after a byte order mark) or a computed value.</summary>
public sealed record FhirPathResult(string Type, Range? Bytes, object? Value);
