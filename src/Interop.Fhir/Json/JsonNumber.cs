namespace Interop.Fhir.Json;

/// <summary>Numbers of JSON compared by value and without rounding: 1, 1.0 and 10e-1 are one number.</summary>
internal static class JsonNumber
{
    public static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Canonical(left) == Canonical(right);

    /// <summary>Sign, digits without zeros at either end, and the power of ten of the first digit; of zero no digits.</summary>
    private static (bool Negative, string Digits, long Power) Canonical(ReadOnlySpan<byte> number)
    {
        var isNegative = number[0] == (byte)'-';
        var digits = new System.Text.StringBuilder(number.Length);
        var power = 0L;
        var afterPoint = false;
        for (var i = isNegative ? 1 : 0; i < number.Length; i++)
        {
            if (number[i] == (byte)'.')
            {
                afterPoint = true;
            }
            else if (number[i] is (byte)'e' or (byte)'E')
            {
                power += long.TryParse(number[(i + 1)..], System.Globalization.NumberStyles.AllowLeadingSign, null, out var exponent)
                    ? Math.Clamp(exponent, -1L << 40, 1L << 40) : 1L << 41;
                break;
            }
            else
            {
                digits.Append((char)number[i]);
                power -= afterPoint ? 1 : 0;
            }
        }

        var text = digits.ToString().TrimStart('0');
        var significant = text.TrimEnd('0');
        return significant.Length == 0 ? (false, string.Empty, 0) : (isNegative, significant, power + text.Length - significant.Length);
    }
}
