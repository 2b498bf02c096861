using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.Search.Index;

/// <summary>
/// Quantities: https://hl7.org/fhir/R4/search.html#quantity. A comparator opens the interval; money has its currency as unit.
/// </summary>
internal static class QuantityEntries
{
    private const string Currencies = "urn:iso:std:iso:4217";

    public static void Add(Evaluation evaluation, string parameter, PathItem item, List<IndexEntry> entries)
    {
        if (item.Type.Name == "Money")
        {
            if (Value(evaluation, item.Node) is { } amount)
            {
                var currency = evaluation.ChildText(item.Node, "currency"u8);
                entries.Add(new QuantityEntry(parameter, amount.Low, amount.High, currency is null ? null : Currencies, currency, null));
            }
        }
        else if (item.Type.Name == "Range")
        {
            var unitOf = evaluation.Child(item.Node, "low"u8) is var low and >= 0 ? low : evaluation.Child(item.Node, "high"u8);
            Quantity(evaluation, parameter, Range(evaluation, item), unitOf, entries);
        }
        else if (item.Type.Is("Quantity"))
        {
            Quantity(evaluation, parameter, Compared(evaluation, item.Node), item.Node, entries);
        }
    }

    /// <summary>From the low end of low to the high end of high; open where one is absent. Null for an empty range.</summary>
    public static NumberInterval? Range(Evaluation evaluation, PathItem item)
    {
        var low = Value(evaluation, evaluation.Child(item.Node, "low"u8));
        var high = Value(evaluation, evaluation.Child(item.Node, "high"u8));
        return low is null && high is null ? null : new(low?.Low ?? double.NegativeInfinity, high?.High ?? double.PositiveInfinity);
    }

    private static void Quantity(Evaluation evaluation, string parameter, NumberInterval? interval, int unitOf, List<IndexEntry> entries)
    {
        if (interval is { } found)
        {
            entries.Add(new QuantityEntry(
                parameter,
                found.Low,
                found.High,
                evaluation.ChildText(unitOf, "system"u8),
                evaluation.ChildText(unitOf, "code"u8),
                evaluation.ChildText(unitOf, "unit"u8)));
        }
    }

    private static NumberInterval? Compared(Evaluation evaluation, int node) =>
        Value(evaluation, node) is not { } value ? null : evaluation.ChildText(node, "comparator"u8) switch
        {
            "<" or "<=" => value with { Low = double.NegativeInfinity },
            ">" or ">=" => value with { High = double.PositiveInfinity },
            _ => value,
        };

    private static NumberInterval? Value(Evaluation evaluation, int node) =>
        evaluation.ChildText(node, "value"u8) is { } text ? NumberInterval.TryParse(text) : null;
}
