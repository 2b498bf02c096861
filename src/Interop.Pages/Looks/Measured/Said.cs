using System.Globalization;
using Hl7.Fhir.Model;

namespace Interop.Pages.Looks.Measured;

/// <summary>A number of a report, as it was published; or why there is none.</summary>
/// <param name="Value">Null where none is said.</param>
/// <param name="Unit">A code of UCUM or ISO 4217; null for a count.</param>
/// <param name="IsMasked">It could tell of a few people, and so it is not shown.</param>
public sealed record Said(decimal? Value, string? Unit, bool IsMasked)
{
    private const string Absent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    public static readonly Said Nothing = new(null, null, false);

    /// <summary>A count, a share that is missing, or a score.</summary>
    public static Said Of(DataType? element) => element switch
    {
        Integer { Value: { } count } => new(count, null, false),
        FhirDecimal { Value: { } share } => new(share, "%", false),
        Quantity { Value: { } value } quantity => new(value, quantity.Code ?? quantity.Unit, false),
        not null when element.Extension.Any(why => why is { Url: Absent, Value: Code { Value: "masked" } }) => new(null, null, true),
        _ => Nothing,
    };

    /// <summary>As people read it, in the language of the page; empty where nothing is said.</summary>
    public string Text => Value is not { } value ? string.Empty : Unit switch
    {
        null => value.ToString("N0", CultureInfo.CurrentCulture),
        "%" => $"{value.ToString("0.#", CultureInfo.CurrentCulture)}\u00a0%",
        "min" => $"{value.ToString("N0", CultureInfo.CurrentCulture)}\u00a0min",
        "h" => $"{value.ToString("0.#", CultureInfo.CurrentCulture)}\u00a0h",
        _ => $"{value.ToString(value >= 1000 ? "N0" : "N2", CultureInfo.CurrentCulture)}\u00a0{Unit}",
    };
}
