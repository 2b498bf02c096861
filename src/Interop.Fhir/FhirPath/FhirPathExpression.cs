using Interop.Fhir.FhirPath.Syntax;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;

namespace Interop.Fhir.FhirPath;

/// <summary>A compiled FHIRPath expression (https://hl7.org/fhirpath/N1/). Compile once, share between threads.</summary>
public sealed class FhirPathExpression
{
    private FhirPathExpression(string text, PathNode root) => (Text, Root) = (text, root);

    public string Text { get; }

    internal PathNode Root { get; }

    /// <summary>
    /// FhirPathException where the text is not an expression. R4's own expressions need the loose reading: <c>as</c> filters
    /// collections, <c>Boolean</c> means <c>boolean</c> too, and an element that the type does not have is empty. A strict expression makes
    /// errors of several items before <c>as</c> and of unknown elements, and <c>as</c> and <c>ofType</c> do not see a code as a string.
    /// </summary>
    public static FhirPathExpression Compile(string text, bool isStrict = false) =>
        new(text, new Parser(new Lexer(text).Run(), isStrict).Run());

    /// <summary>As <see cref="Compile(string, bool)"/>, of a view: it has <c>%rowIndex</c> and constants, and no other variables.</summary>
    internal static FhirPathExpression Compile(string text, IReadOnlyDictionary<string, PathItem> constants) =>
        new(text, new Parser(new Lexer(text).Run(), isStrict: false, constants).Run());

    /// <summary>
    /// The resulting items over a resource. FormatException when the bytes are not a resource; FhirPathException when the evaluation fails:
    /// several items where one is needed, operands that do not fit, a limit reached.
    /// </summary>
    public IReadOnlyList<FhirPathResult> Evaluate(ReadOnlyMemory<byte> utf8, FhirPathContext? context = null)
    {
        using var resource = FhirPathResource.Read(utf8);
        return resource.Evaluate(this, context);
    }
}

/// <summary>A resource that was read once, to evaluate several expressions over it. Not for several threads at a time.</summary>
public sealed class FhirPathResource : IDisposable
{
    private readonly JsonTape tape;
    private readonly ReadOnlyMemory<byte> utf8;
    private Evaluation? own;

    private FhirPathResource(ReadOnlyMemory<byte> utf8, JsonTape tape) => (this.utf8, this.tape) = (utf8, tape);

    /// <summary>FormatException when the bytes are not a resource of R4.</summary>
    public static FhirPathResource Read(ReadOnlyMemory<byte> utf8)
    {
        var text = ByteOrderMark.Skip(utf8);
        return new(text, TopLevel.Read(text.Span));
    }

    /// <summary>As <see cref="FhirPathExpression.Evaluate"/>.</summary>
    public IReadOnlyList<FhirPathResult> Evaluate(FhirPathExpression expression, FhirPathContext? context = null)
    {
        var evaluation = new Evaluation(utf8, tape, context);
        var items = new List<PathItem>();
        expression.Root.Evaluate(evaluation, evaluation.Root, items);
        return [.. items.Select(item => Describe(evaluation, item))];
    }

    /// <summary>How many items the expression yields. A plain path is followed without allocation.</summary>
    public int Count(FhirPathExpression expression)
    {
        own ??= new(utf8, tape);
        own.Refill();
        var items = own.Rent();
        expression.Root.Evaluate(own, own.Root, items);
        var count = items.Count;
        own.Return(items);
        return count;
    }

    /// <summary>For what evaluates from other places than the resource itself.</summary>
    internal Evaluation Begin(FhirPathContext context) => new(utf8, tape, context);

    public void Dispose() => tape.Dispose();

    private FhirPathResult Describe(Evaluation evaluation, PathItem item)
    {
        if (item.Node < 0)
        {
            var value = item.Value is null or bool or string or int or decimal ? item.Value : item.Value.ToString();
            var path = item.Twin >= 0 && item.Twin < tape.Count ? ElementPath.Of(utf8.Span, tape.Nodes, item.Twin) : null;
            return new(item.Type.Name, null, value, path);
        }

        var node = evaluation.Tape[item.Node];
        var quote = node.Kind == TapeKind.String ? 1 : 0;
        var range = (node.Start - quote)..(node.End + quote);
        return item.Node < tape.Count
            ? new(item.Type.Name, range, null, ElementPath.Of(utf8.Span, tape.Nodes, item.Node))
            : new(item.Type.Name, null, System.Text.Encoding.UTF8.GetString(evaluation.Utf8.Span[range]), null);
    }
}

/// <summary>
/// One item of a result: its FHIR type; its bytes in the resource (after a byte order mark) and its path, such as
/// <c>Patient.name[0].given[1]</c>; or a computed value: bool, string, int, decimal, or the FHIRPath text of a date, time or quantity.
/// Something in another resource that was resolved has its JSON as value.
/// </summary>
public sealed record FhirPathResult(string Type, Range? Bytes, object? Value, string? Path);
