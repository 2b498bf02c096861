using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>
/// One item of a FHIRPath collection: a place on the tape (a value, the extensions of a primitive, or both), a computed value, or, with
/// neither, a resource elsewhere of which only the type is known.
/// </summary>
internal readonly struct PathItem(FhirType type, int node, int twin = -1, object? value = null, CodeSet? codes = null)
{
    /// <summary>No item: what <c>$this</c> is where a function is called on an empty collection.</summary>
    public static readonly PathItem None =
        new(new(string.Empty, string.Empty, PrimitiveKind.None, false, null, _ => throw new InvalidOperationException()), -1);

    public FhirType Type { get; } = type;

    /// <summary>The JSON value; -1 where there is none.</summary>
    public int Node { get; } = node;

    /// <summary>The <c>_</c> twin that holds a primitive's id and extensions; -1 where there is none.</summary>
    public int Twin { get; } = twin;

    /// <summary>
    /// Of a computed item, whose type is one of FHIRPath's own: bool, string, int, decimal, PathTime, PathQuantity or PathTypeName.
    /// </summary>
    public object? Value { get; } = value;

    /// <summary>The value set of the element's required binding, which implies the system of a code.</summary>
    public CodeSet? Codes { get; } = codes;

    /// <summary>True for a primitive that has more than extensions.</summary>
    public bool HasValue => Value is not null || (Node >= 0 && Type.Kind != PrimitiveKind.None);

    public bool IsNone => Type.Name.Length == 0;

    public static PathItem Of(bool value) => value ? Known.True : Known.False;

    public static PathItem Of(string value) => new(Known.String, -1, value: value);

    public static PathItem Of(int value) => new(Known.Integer, -1, value: value);

    public static PathItem Of(decimal value) => new(Known.Decimal, -1, value: value);

    public static PathItem Of(PathQuantity value) => new(Known.Quantity, -1, value: value);

    public static PathItem Of(PathTypeName value) => new(Known.String, -1, value: value);

    public static PathItem Of(PathTime value) =>
        new(value.Kind switch { TimeKind.Date => Known.Date, TimeKind.Time => Known.Time, _ => Known.DateTime }, -1, value: value);

    /// <summary>Of a value of one of the types that <see cref="Value"/> may have.</summary>
    public static PathItem OfAny(object value) => value switch
    {
        bool truth => Of(truth),
        string text => Of(text),
        int whole => Of(whole),
        decimal number => Of(number),
        PathQuantity quantity => Of(quantity),
        PathTime time => Of(time),
        _ => Of((PathTypeName)value),
    };

    private static class Known
    {
        public static readonly FhirType String = FhirFacts.R4.Type("string")!;
        public static readonly FhirType Integer = FhirFacts.R4.Type("integer")!;
        public static readonly FhirType Decimal = FhirFacts.R4.Type("decimal")!;
        public static readonly FhirType Date = FhirFacts.R4.Type("date")!;
        public static readonly FhirType DateTime = FhirFacts.R4.Type("dateTime")!;
        public static readonly FhirType Time = FhirFacts.R4.Type("time")!;
        public static readonly FhirType Quantity = FhirFacts.R4.Type("Quantity")!;
        public static readonly PathItem True = new(FhirFacts.R4.Type("boolean")!, -1, value: true);
        public static readonly PathItem False = new(FhirFacts.R4.Type("boolean")!, -1, value: false);
    }
}

/// <summary>What <c>type()</c> yields: https://hl7.org/fhirpath/N1/#reflection.</summary>
internal sealed record PathTypeName(string Namespace, string Name);
