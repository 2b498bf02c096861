using Interop.Fhir.FhirPath;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Tables;

/// <summary>
/// A compiled ViewDefinition of SQL on FHIR 2.0 (https://sql-on-fhir.org): from a resource of one type to rows of a table. Share it between
/// threads.
/// </summary>
public sealed class ViewDefinition
{
    /// <summary>Rows of one resource; more are an error: loops beside each other multiply.</summary>
    public const int MostRows = 10_000;

    private const int MostSteps = 200_000;

    private readonly IReadOnlyList<FhirPathExpression> where;
    private readonly ViewSelect select;

    internal ViewDefinition(string resource, IReadOnlyList<FhirPathExpression> where, ViewSelect select) =>
        (Resource, this.where, this.select) = (resource, where, select);

    /// <summary>The type of resource that it makes rows of.</summary>
    public string Resource { get; }

    /// <summary>Canonical address, version and name; null where it has none.</summary>
    public string? Url { get; init; }

    /// <inheritdoc cref="Url"/>
    public string? Version { get; init; }

    /// <inheritdoc cref="Url"/>
    public string? Name { get; init; }

    /// <summary>In the order of the cells of a row.</summary>
    public IReadOnlyList<ViewColumn> Columns => select.Columns;

    /// <summary>Null where the definition is wrong: the issues name each element and its rule.</summary>
    /// <param name="utf8">JSON of a ViewDefinition; its resourceType may be absent.</param>
    public static ViewDefinition? Read(ReadOnlyMemory<byte> utf8, out IReadOnlyList<Issue> issues)
    {
        var reader = new ViewReader();
        var view = reader.Read(utf8);
        issues = reader.Issues;
        return reader.Issues.Count == 0 ? view : null;
    }

    /// <summary>
    /// The rows of one resource, none for another type. A cell is null, bool, int, decimal or string, or a list of those where the
    /// column is a collection. FormatException where the bytes are no resource; ViewException where a rule of the definition is broken by
    /// what is there, or where it makes too much.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<object?>> RowsOf(ReadOnlyMemory<byte> utf8)
    {
        using var resource = FhirPathResource.Read(utf8);
        var evaluation = resource.Begin(new(MaxSteps: MostSteps));
        if (!evaluation.Root.Type.Is(Resource))
        {
            return [];
        }

        foreach (var (expression, index) in where.Select((expression, index) => (expression, index)))
        {
            if (!Holds(evaluation, expression, $"ViewDefinition.where[{index}].path"))
            {
                return [];
            }
        }

        return select.RowsOf(evaluation, evaluation.Root);
    }

    private static bool Holds(Evaluation evaluation, FhirPathExpression expression, string element)
    {
        var items = ViewPath.Items(evaluation, expression, evaluation.Root, element);
        return items.Count switch
        {
            0 => false,
            1 when evaluation.Value(items[0]) is bool truth => truth,
            _ => throw new ViewException("A condition gives true, false or nothing", element),
        };
    }
}

/// <summary>A rule of a view that was broken while it was run, and the element of the ViewDefinition that did so.</summary>
public sealed class ViewException(string message, string element) : FormatException(message)
{
    public string Element { get; } = element;

    /// <summary>Whether it would take too much, whatever its result.</summary>
    public bool IsLimit { get; init; }
}
