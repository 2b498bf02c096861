using System.Globalization;

namespace Interop.Fhir.Search;

/// <summary>
/// The numbers that a decimal literal stands for at its precision: 5.40 is 5.395 to 5.405, 1e2 is 50 to 150
/// (https://hl7.org/fhir/R4/search.html#number).
/// </summary>
public readonly record struct NumberInterval(double Low, double High)
{
    /// <summary>Null for what is not a decimal of R4.</summary>
    public static NumberInterval? TryParse(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !IsDecimal(text))
        {
            return null;
        }

        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? 0 : mantissa.Length - point - 1;
        if (
            exponentAt < 0
                && digits < 20
                && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
                && Math.Abs(exact) < 1e15m)
        {
            var half = new decimal(5, 0, 0, false, (byte)(digits + 1));
            return new((double)(exact - half), (double)(exact + half));
        }

        var exponent = exponentAt < 0 ? 0 : int.TryParse(
            text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) ? power : 0;
        var spread = 0.5 * Math.Pow(10, Math.Clamp((long)exponent - digits, -400, 400));
        return double.IsFinite(spread) ? new(value - spread, value + spread) : new(value, value);
    }

    private static bool IsDecimal(string text) => text.All(c => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E');
}
