namespace Interop.Fhir.Json;

/// <summary>A value of one JSON text, to be compared with a value of the same or another text.</summary>
internal readonly record struct TapePlace(ReadOnlyMemory<byte> Utf8, JsonTape Tape, int Node)
{
    public TapeKind Kind => Tape[Node].Kind;

    public TapePlace At(int node) => this with { Node = node };

    public string Text() => JsonText.Read(Utf8.Span, Tape[Node]);

    public ReadOnlySpan<byte> Raw() => Utf8.Span[Tape[Node].Start..Tape[Node].End];

    public int Child(ReadOnlySpan<byte> name) => Kind == TapeKind.Object ? Tape.Find(Utf8.Span, Node, name) : -1;

    /// <summary>The text of a string property; null where there is none.</summary>
    public string? ChildText(ReadOnlySpan<byte> name) =>
        Child(name) is >= 0 and var child && Tape[child].Kind == TapeKind.String ? At(child).Text() : null;

    public IEnumerable<TapePlace> Children()
    {
        if (Kind is TapeKind.Object or TapeKind.Array)
        {
            for (var child = Node + 1; child < Tape[Node].Next; child = Tape[child].Next)
            {
                yield return At(child);
            }
        }
    }

    public string Name()
    {
        ref readonly var node = ref Tape[Node];
        var name = Utf8.Span.Slice(node.NameStart, node.NameLength);
        if ((node.Flags & TapeFlags.NameEscaped) == 0)
        {
            return System.Text.Encoding.UTF8.GetString(name);
        }

        var plain = new byte[name.Length];
        return System.Text.Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(name, plain));
    }

    /// <summary>Equal as JSON values: properties in any order, numbers by value, strings by their text.</summary>
    public bool Same(TapePlace other)
    {
        if (Kind != other.Kind)
        {
            return false;
        }

        switch (Kind)
        {
            case TapeKind.Object:
                var count = 0;
                foreach (var child in Children())
                {
                    count++;
                    if (other.Property(child.Name()) is not { } counterpart || !child.Same(counterpart))
                    {
                        return false;
                    }
                }

                return count == other.Children().Count();
            case TapeKind.Array:
                return Children().Count() == other.Children().Count()
                    && Children().Zip(other.Children()).All(pair => pair.First.Same(pair.Second));
            default:
                return SameScalar(other);
        }
    }

    /// <summary>
    /// True when all that this pattern says is found in the value
    /// (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_):
    /// of an array each item in some item, whatever their order.
    /// </summary>
    public bool IsPatternOf(TapePlace value)
    {
        if (Kind != value.Kind)
        {
            return false;
        }

        return Kind switch
        {
            TapeKind.Object => Children().All(child => value.Property(child.Name()) is { } counterpart && child.IsPatternOf(counterpart)),
            TapeKind.Array => Children().All(child => value.Children().Any(child.IsPatternOf)),
            _ => SameScalar(value),
        };
    }

    public TapePlace? Property(string name)
    {
        foreach (var child in Children())
        {
            if (child.Name() == name)
            {
                return child;
            }
        }

        return null;
    }

    private bool SameScalar(TapePlace other) => Kind switch
    {
        TapeKind.String => Text() == other.Text(),
        TapeKind.Number => Raw().SequenceEqual(other.Raw()) || JsonNumber.Same(Raw(), other.Raw()),
        _ => true,
    };
}
