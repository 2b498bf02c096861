using System.Globalization;
using System.Runtime.CompilerServices;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// One resource while expressions are evaluated over it: its bytes, its tape, lists to work with, and what is left to spend.
/// </summary>
internal sealed class Evaluation
{
    private readonly Stack<List<PathItem>> spare = new();
    private readonly FhirPathContext context;
    private Dictionary<(MemoNode Node, int Resource), PathItem[]>? memory;
    private Dictionary<string, PathItem?>? resolved;
    private long steps;

    public Evaluation(ReadOnlyMemory<byte> utf8, JsonTape tape, FhirPathContext? context = null)
    {
        Utf8 = utf8;
        Tape = tape;
        this.context = context ?? FhirPathContext.Default;
        var type = ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, 0) ?? throw new FormatException(
            "The resource is not of a type of R4.");
        Root = Resource = RootResource = Start = new(type, 0);
    }

    public ReadOnlyMemory<byte> Utf8 { get; private set; }

    public JsonTape Tape { get; private set; }

    /// <summary>The outermost resource.</summary>
    public PathItem Root { get; }

    /// <summary><c>%resource</c>: the nearest resource around what is evaluated.</summary>
    public PathItem Resource { get; set; }

    /// <summary><c>%rootResource</c>: the container of a contained resource.</summary>
    public PathItem RootResource { get; set; }

    /// <summary><c>%context</c>: what the evaluation started at.</summary>
    public PathItem Start { get; set; }

    /// <summary><c>$index</c>; -1 outside of a loop over items.</summary>
    public int Index { get; set; } = -1;

    /// <summary><c>%rowIndex</c>; 0 outside of what a view goes over.</summary>
    public int RowIndex { get; set; }

    /// <summary><c>$total</c>; null outside of aggregate().</summary>
    public List<PathItem>? Total { get; set; }

    public FhirPathContext Context => context;

    /// <summary>Counts a step and looks how much stack is left: every node that evaluates others comes here first.</summary>
    public void Step()
    {
        Spend(1);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new FhirPathException("The expression is nested too deeply", 0);
        }
    }

    public List<PathItem> Rent()
    {
        Step();
        return spare.TryPop(out var list) ? list : [];
    }

    public void Return(List<PathItem> list)
    {
        list.Clear();
        spare.Push(list);
    }

    /// <summary>Counts work against the limit. FhirPathException where it is reached.</summary>
    public void Spend(int amount)
    {
        if ((steps += amount) > context.MaxSteps)
        {
            throw TooMuch();
        }
    }

    /// <summary>Starts the count anew: limits are per expression.</summary>
    public void Refill() => steps = 0;

    /// <summary>The bytes of a JSON value, of a string without its quotes; escapes remain.</summary>
    public ReadOnlySpan<byte> Raw(int node) => Utf8.Span[Tape[node].Start..Tape[node].End];

    /// <summary>The text of a string or the literal of a number or boolean; null for objects, arrays and computed values.</summary>
    public string? Text(PathItem item) => item.Value as string ?? (item.Node >= 0 ? Text(item.Node) : null);

    public string? Text(int node) => node < 0 || Tape[node].Kind is TapeKind.Object or TapeKind.Array or TapeKind.Null
        ? null
        : JsonText.Read(Utf8.Span, Tape[node]);

    /// <summary>A child of an object node by its JSON name, or -1.</summary>
    public int Child(int node, ReadOnlySpan<byte> name) =>
        node >= 0 && Tape[node].Kind == TapeKind.Object ? Tape.Find(Utf8.Span, node, name) : -1;

    public string? ChildText(int node, ReadOnlySpan<byte> name) => Text(Child(node, name));

    /// <summary>A primitive as bool, decimal or string; null for everything else.</summary>
    public object? Scalar(PathItem item)
    {
        if (item.Value is not null)
        {
            return item.Value is int whole ? (decimal)whole : item.Value;
        }

        if (item.Node < 0 || item.Type.Kind == PrimitiveKind.None)
        {
            return null;
        }

        return Tape[item.Node].Kind switch
        {
            TapeKind.True => true,
            TapeKind.False => false,
            TapeKind.Number => decimal.TryParse(Raw(item.Node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : Text(item.Node),
            TapeKind.String => Text(item.Node),
            _ => null,
        };
    }

    /// <summary>
    /// The value in FHIRPath's own types (https://hl7.org/fhir/R4/fhirpath.html#types): bool, int, decimal, string, PathTime, PathQuantity.
    /// Null for other structures, for a primitive with extensions only, and for a Quantity with a comparator or without value.
    /// </summary>
    public object? Value(PathItem item)
    {
        if (item.Value is not null || item.Node < 0)
        {
            return item.Value;
        }

        if (item.Type.Kind == PrimitiveKind.None)
        {
            return item.Type.Is("Quantity") ? Quantity(item.Node) : null;
        }

        switch (Tape[item.Node].Kind)
        {
            case TapeKind.True:
                return true;
            case TapeKind.False:
                return false;
            case TapeKind.Number:
                return item.Type.Kind != PrimitiveKind.Decimal && int.TryParse(Raw(item.Node), CultureInfo.InvariantCulture, out var whole)
                    ? (object)whole
                    : Number(item.Node);
            case TapeKind.String:
                var text = Text(item.Node)!;
                return item.Type.Kind switch
                {
                    PrimitiveKind.Date => PathTime.Parse(text) ?? (object)text,
                    PrimitiveKind.DateTime or PrimitiveKind.Instant =>
                        PathTime.Parse(text) is { } time ? time with { Kind = TimeKind.DateTime } : text,
                    PrimitiveKind.Time => PathTime.Parse(text, isTime: true) ?? (object)text,
                    _ => text,
                };
            default:
                return null;
        }
    }

    /// <summary>The type of the resource at an object node; null where it is not of R4.</summary>
    public FhirType? ResourceType(int node) => ElementPath.ResourceTypeOf(Utf8.Span, Tape.Nodes, node);

    /// <summary>What an expression that does not depend on <c>$this</c> yields: evaluated once per resource.</summary>
    public PathItem[] Remember(MemoNode node, Func<PathItem[]> evaluate)
    {
        memory ??= [];
        if (!memory.TryGetValue((node, Resource.Node), out var items))
        {
            memory.Add((node, Resource.Node), items = evaluate());
        }

        Spend(items.Length);
        return items;
    }

    /// <summary>
    /// The root of another resource, by asking the caller once; null where it has none. Its nodes are appended to the tape.
    /// </summary>
    public PathItem? Fetch(string reference)
    {
        if (context.Resolve is null)
        {
            return null;
        }

        resolved ??= new(StringComparer.Ordinal);
        if (!resolved.TryGetValue(reference, out var item))
        {
            resolved.Add(reference, item = context.Resolve(reference) is { } bytes ? Append(bytes) : null);
        }

        return item;
    }

    private PathItem? Append(ReadOnlyMemory<byte> bytes)
    {
        var text = ByteOrderMark.Skip(bytes);
        Spend(text.Length / 16);
        using var other = JsonTape.TryRead(text.Span, out _);
        if (other is null || ElementPath.ResourceTypeOf(text.Span, other.Nodes, 0) is not { } type)
        {
            return null;
        }

        var root = Tape.Count;
        Tape = Tape.Join(other, Utf8.Length);
        Utf8 = (byte[])[.. Utf8.Span, .. text.Span];
        return new(type, root);
    }

    // Beyond what a decimal holds the order is kept and the value is not: no measurement is that large.
    private decimal Number(int node)
    {
        if (decimal.TryParse(Raw(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return Raw(node)[0] == (byte)'-' ? decimal.MinValue : decimal.MaxValue;
    }

    private PathQuantity? Quantity(int node)
    {
        var value = Child(node, "value"u8);
        if (value < 0 || Tape[value].Kind != TapeKind.Number || Child(node, "comparator"u8) >= 0)
        {
            return null;
        }

        var (system, code) = (ChildText(node, "system"u8), ChildText(node, "code"u8));
        var unit = system == "http://unitsofmeasure.org" && code is not null ? code
            : code is not null ? $"{system}|{code}"
            : ChildText(node, "unit"u8) is { } text ? "unit " + text : "1";
        return new(Number(value), unit);
    }

    private FhirPathException TooMuch() => new($"The evaluation takes more than {context.MaxSteps} steps", 0) { IsLimit = true };
}
