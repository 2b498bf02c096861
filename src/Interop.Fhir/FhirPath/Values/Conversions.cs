using System.Globalization;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>https://hl7.org/fhirpath/N1/#conversion: each null where there is no such value.</summary>
internal static class Conversions
{
    public static object? To(string type, object value) => type switch
    {
        "Boolean" => Boolean(value),
        "Integer" => Integer(value),
        "Decimal" => value switch { bool truth => truth ? 1m : 0m, string text => Decimal(text), _ => PathComparison.Number(value) },
        "String" => Text(value),
        "Date" => value is PathTime { Kind: TimeKind.DateTime } moment && moment.Precision <= TimePrecision.Day
            ? moment with { Kind = TimeKind.Date }
            : value is PathTime { Kind: TimeKind.DateTime } longer ? Day(longer) : Moment(value, TimeKind.Date),
        "DateTime" =>
            value is PathTime { Kind: TimeKind.Date } date ? date with { Kind = TimeKind.DateTime } : Moment(value, TimeKind.DateTime),
        "Time" => Moment(value, TimeKind.Time),
        _ => value switch
        {
            PathQuantity quantity => quantity,
            bool truth => new PathQuantity(truth ? 1m : 0m, "1"),
            string text => PathQuantity.Parse(text),
            _ => PathComparison.Number(value) is { } number ? new PathQuantity(number, "1") : null,
        },
    };

    public static string? Text(object? value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        int whole => whole.ToString(CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        PathTime or PathQuantity => value.ToString(),
        _ => null,
    };

    /// <summary>An optional sign, digits and at most one point with digits around it.</summary>
    public static decimal? Decimal(string text) =>
        text.Length > 0 && text[^1] != '.' && text.TrimStart('+', '-') is { Length: > 0 } digits && char.IsAsciiDigit(digits[0])
        && decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static object? Boolean(object value) => value switch
    {
        bool => value,
        int whole => whole switch { 1 => true, 0 => false, _ => null },
        decimal number => number == 1 ? true : number == 0 ? false : null,
        string text => text.ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "1" or "1.0" => true,
            "false" or "f" or "no" or "n" or "0" or "0.0" => false,
            _ => null,
        },
        _ => null,
    };

    private static object? Integer(object value) => value switch
    {
        int => value,
        bool truth => truth ? 1 : 0,
        string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ => null,
    };

    private static PathTime Day(PathTime moment) =>
        new(TimeKind.Date, TimePrecision.Day, moment.Local.Date, 0, null);

    private static PathTime? Moment(object value, TimeKind kind)
    {
        var time = value as PathTime ?? (value is string text ? PathTime.Parse(text, kind == TimeKind.Time) : null);
        return time switch
        {
            { } same when same.Kind == kind => same,
            { Kind: TimeKind.Date } when kind == TimeKind.DateTime => time with { Kind = kind },
            _ => null,
        };
    }
}
