using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Tables;

/// <summary>What the cells of a column hold.</summary>
public enum CellKind
{
    Text,
    Boolean,
    Integer,
    Decimal,
}

/// <summary>A column of a view.</summary>
/// <param name="Type">The primitive type that it declares; null for none.</param>
/// <param name="IsCollection">Whether a cell is a list.</param>
public sealed record ViewColumn(string Name, string? Type, bool IsCollection)
{
    internal FhirPathExpression Path { get; init; } = null!;

    /// <summary>Where it stands in the ViewDefinition.</summary>
    internal string Element { get; init; } = string.Empty;

    /// <summary>Text where it declares nothing.</summary>
    public CellKind Kind => Type switch
    {
        "boolean" => CellKind.Boolean,
        "integer" or "positiveInt" or "unsignedInt" => CellKind.Integer,
        "decimal" => CellKind.Decimal,
        _ => CellKind.Text,
    };

    /// <summary>The cell of one row.</summary>
    internal object? Cell(Evaluation evaluation, PathItem focus)
    {
        var cells = ViewPath.Items(evaluation, Path, focus, Element + ".path").Select(item => Value(evaluation, item))
            .OfType<object>().ToList();
        return IsCollection ? cells
            : cells.Count <= 1 ? cells.FirstOrDefault()
            : throw new ViewException("The path gives several values: use first(), forEach, or collection", Element);
    }

    /// <summary>Null for a primitive that has extensions alone.</summary>
    private object? Value(Evaluation evaluation, PathItem item)
    {
        if (item.Value is null && item.Type.Kind == PrimitiveKind.None)
        {
            throw new ViewException($"A cell holds a primitive value, and this is a {item.Type.Name}: name an element of it", Element);
        }

        // What was stored is told as it was written.
        var value = item.Value ?? (item.Node < 0 ? null : evaluation.Value(item) is var read and (bool or int or decimal)
            ? read
            : evaluation.Text(item.Node));
        return (Kind, value) switch
        {
            (_, null) => null,
            (CellKind.Boolean, bool) or (CellKind.Integer, int) or (CellKind.Decimal, decimal) => value,
            (CellKind.Decimal, int whole) => (decimal)whole,
            (CellKind.Text, _) when Type is null => value is bool or int or decimal ? value : value.ToString(),
            (CellKind.Text, not (bool or int or decimal)) => value.ToString(),
            _ => throw new ViewException($"The column is declared as {Type}, and the path gives something else", Element),
        };
    }
}
