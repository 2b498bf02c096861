using System.Globalization;

namespace Interop.Fhir.FhirPath.Values;

/// <summary>A number with a unit (https://hl7.org/fhirpath/N1/#quantity).</summary>
/// <param name="Unit">A UCUM code, a calendar word as it was written, or, of a FHIR Quantity that has neither, what it says
/// instead.</param>
/// <param name="IsCalendar">True for a calendar word: a month is no fixed number of days, <c>'mo'</c> is.</param>
internal sealed record PathQuantity(decimal Value, string Unit, bool IsCalendar = false)
{
    /// <summary>The calendar unit in the singular that a word names; null for other words.</summary>
    public static string? CalendarUnit(string word) => word switch
    {
        "year" or "years" => "year",
        "month" or "months" => "month",
        "week" or "weeks" => "week",
        "day" or "days" => "day",
        "hour" or "hours" => "hour",
        "minute" or "minutes" => "minute",
        "second" or "seconds" => "second",
        "millisecond" or "milliseconds" => "millisecond",
        _ => null,
    };

    /// <summary>
    /// The unit to move a date by; null where it is none. Years and months only as calendar words: the UCUM ones have fractions of
    /// days.
    /// </summary>
    public string? TimeUnit() => CalendarUnit(Unit) ?? Unit switch
    {
        "wk" => "week",
        "d" => "day",
        "h" => "hour",
        "min" => "minute",
        "s" => "second",
        "ms" => "millisecond",
        _ => null,
    };

    public static PathQuantity? Parse(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-'))
        {
            end++;
        }

        var unit = text[end..].Trim();
        if (Conversions.Decimal(text[..end]) is not { } value)
        {
            return null;
        }

        return unit.Length == 0 ? new(value, "1")
            : unit.Length > 2 && unit[0] == '\'' && unit[^1] == '\'' ? new(value, unit[1..^1])
            : CalendarUnit(unit) is not null ? new(value, unit, IsCalendar: true)
            : null;
    }

    /// <summary>Both values in one unit; null where the units do not convert.</summary>
    public static (decimal X, decimal Y)? Common(PathQuantity x, PathQuantity y)
    {
        if (x.Unit == y.Unit)
        {
            return (x.Value, y.Value);
        }

        try
        {
            return x.Canonical() is { } first && y.Canonical() is { } second && first.Dimension == second.Dimension
                ? (first.Value, second.Value)
                : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The value in another unit; null where it does not convert.</summary>
    public static decimal? Convert(PathQuantity quantity, string unit) =>
        unit is not ("Cel" or "[degF]")
            && quantity.Canonical() is { } from
            && new PathQuantity(1, unit).Canonical() is { } to
            && from.Dimension == to.Dimension
            ? from.Value / to.Value
            : null;

    /// <summary>Product (sign 1) or quotient (-1); null where a unit is unknown. OverflowException beyond decimal.</summary>
    public static PathQuantity? Multiply(PathQuantity x, PathQuantity y, int sign)
    {
        if (sign < 0 && y.Value == 0)
        {
            return null;
        }

        if (y.Unit == "1")
        {
            return x with { Value = sign > 0 ? x.Value * y.Value : x.Value / y.Value };
        }

        if (x.Canonical() is not { } first || y.Canonical() is not { } second || second.Value == 0)
        {
            return null;
        }

        return new(
            sign > 0 ? first.Value * second.Value : first.Value / second.Value, UnitTerm.Multiply(first.Dimension, second.Dimension, sign));
    }

    public override string ToString() =>
        $"{Value.ToString(CultureInfo.InvariantCulture)} {(IsCalendar ? Unit : $"'{Unit}'")}";

    private (decimal Value, string Dimension)? Canonical()
    {
        switch (CalendarUnit(Unit))
        {
            case "year":
                return (Value * 12, "month");
            case "month":
                return (Value, "month");
        }

        // Degrees have their zero elsewhere.
        if (Unit is "Cel" or "[degF]")
        {
            return (Unit == "Cel" ? Value + 273.15m : (Value + 459.67m) * 5 / 9, "K");
        }

        return UnitTerm.Parse(UcumOf(Unit)) is { } term ? (Value * term.Factor, term.Dimension) : null;
    }

    private static string UcumOf(string unit) => CalendarUnit(unit) switch
    {
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        "millisecond" => "ms",
        _ => unit,
    };
}
