using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// <c>as</c> and <c>ofType</c>: they keep the items of the type. The specification allows <c>as</c> for single items only, R4's search
/// expressions use it on several.
/// </summary>
internal sealed class AsNode(PathNode source, TypeSpecifier type, bool isSingle) : PathNode
{
    public override bool IsFixed { get; } = source.IsFixed;

    public override IEnumerable<PathNode> Parts => [source];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        source.Evaluate(evaluation, focus, items);
        if (isSingle && items.Count > 1)
        {
            throw new FhirPathException("'as' takes a single item, and there are several", Position);
        }

        foreach (var item in items)
        {
            if (type.Casts(item))
            {
                output.Add(item);
            }
        }

        evaluation.Return(items);
    }
}

/// <summary><c>is</c>: empty for empty.</summary>
internal sealed class IsNode(PathNode source, TypeSpecifier type) : PathNode
{
    public override bool IsFixed { get; } = source.IsFixed;

    public override IEnumerable<PathNode> Parts => [source];

    public override void Evaluate(Evaluation evaluation, PathItem focus, List<PathItem> output)
    {
        var items = evaluation.Rent();
        source.Evaluate(evaluation, focus, items);
        if (items.Count > 1)
        {
            throw new FhirPathException("'is' asks about a single item, and there are several", Position);
        }

        if (items.Count == 1)
        {
            output.Add(PathItem.Of(type.Is(items[0])));
        }

        evaluation.Return(items);
    }
}

/// <summary>
/// The type that a specifier names: <c>Patient</c>, <c>FHIR.Patient</c>, <c>System.String</c>. In the loose reading <c>DateTime</c> and
/// <c>Boolean</c>, as R4 spells them once each, are FHIR's types as well.
/// </summary>
internal sealed class TypeSpecifier
{
    private static readonly string[] SystemTypes = ["Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"];

    private readonly string? fhir;
    private readonly string? system;
    private readonly bool isExact;

    private TypeSpecifier(string? fhir, string? system, bool isExact) => (this.fhir, this.system, this.isExact) = (fhir, system, isExact);

    public static TypeSpecifier Resolve(string text, int position, bool isStrict)
    {
        var isSystem = text.StartsWith("System.", StringComparison.Ordinal);
        var isFhir = text.StartsWith("FHIR.", StringComparison.Ordinal);
        var name = isSystem || isFhir ? text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..] : text;
        if (isSystem)
        {
            return new(null, name, isStrict);
        }

        var system = !isFhir && Array.IndexOf(SystemTypes, name) >= 0 ? name : null;
        var spelt = !isStrict && FhirFacts.R4.Type(name) is null && name.Length > 0 ? char.ToLowerInvariant(name[0]) + name[1..] : name;
        var fhir = FhirFacts.R4.Type(spelt)?.Name;
        return fhir is null && system is null
            ? throw new FhirPathException($"No type of R4 is called {name}", position)
            : new(fhir, system, isStrict);
    }

    public bool Is(PathItem item) => item.Value is null
        ? fhir is not null && item.Type.Is(fhir)
        : system is not null && NameOf(item.Value) == system;

    /// <summary>As <see cref="Is"/>, but in the strict reading a code is not cast to the string that it specialises.</summary>
    public bool Casts(PathItem item) =>
        Is(item) && (!isExact || item.Value is not null || item.Type.Kind == PrimitiveKind.None || item.Type.Name == fhir);

    /// <summary>The name of a computed value's type in FHIRPath's namespace System.</summary>
    public static string NameOf(object value) => value switch
    {
        bool => "Boolean",
        string => "String",
        int => "Integer",
        decimal => "Decimal",
        PathTime time => time.Kind.ToString(),
        PathQuantity => "Quantity",
        _ => "Any",
    };
}
