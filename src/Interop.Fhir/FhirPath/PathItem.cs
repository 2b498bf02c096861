using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// One item of a FHIRPath collection: a place on the tape (a value, the extensions of a primitive, or both), a computed value, or, with
/// neither, a resource elsewhere of which only the type is known.
/// </summary>
internal readonly struct PathItem(FhirType type, int node, int twin = -1, object? value = null, CodeSet? codes = null)
{
    public FhirType Type { get; } = type;

    /// <summary>The JSON value; -1 where there is none.</summary>
    public int Node { get; } = node;

    /// <summary>The <c>_</c> twin that holds a primitive's id and extensions; -1 where there is none.</summary>
    public int Twin { get; } = twin;

    /// <summary>Of a computed item: bool, string, int or decimal.</summary>
    public object? Value { get; } = value;

    /// <summary>The value set of the element's required binding, which implies the system of a code.</summary>
    public CodeSet? Codes { get; } = codes;

    /// <summary>True for a primitive that has more than extensions.</summary>
    public bool HasValue => Value is not null || (Node >= 0 && Type.Kind != PrimitiveKind.None);

    public static PathItem Of(bool value) => new(Known.Boolean, -1, value: value ? Known.True : Known.False);

    public static PathItem Of(string value) => new(Known.String, -1, value: value);

    public static PathItem Of(int value) => new(Known.Integer, -1, value: value);

    public static PathItem Of(decimal value) => new(Known.Decimal, -1, value: value);

    private static class Known
    {
        public static readonly FhirType Boolean = FhirFacts.R4.Type("boolean")!;
        public static readonly FhirType String = FhirFacts.R4.Type("string")!;
        public static readonly FhirType Integer = FhirFacts.R4.Type("integer")!;
        public static readonly FhirType Decimal = FhirFacts.R4.Type("decimal")!;
        public static readonly object True = true;
        public static readonly object False = false;
    }
}
