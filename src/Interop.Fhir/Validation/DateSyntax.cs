namespace Interop.Fhir.Validation;

/// <summary>The four types of date and time: https://hl7.org/fhir/R4/datatypes.html#dateTime.</summary>
internal static class DateSyntax
{
    public static bool IsDate(ReadOnlySpan<byte> text) => text.Length switch
    {
        4 => Number(text) > 0,
        7 => Number(text[..4]) > 0 && text[4] == (byte)'-' && Number(text[5..]) is >= 1 and <= 12,
        10 => IsDay(text),
        _ => false,
    };

    public static bool IsDateTime(ReadOnlySpan<byte> text) => text.Length <= 10 ? IsDate(text) : IsInstant(text);

    public static bool IsInstant(ReadOnlySpan<byte> text)
    {
        if (text.Length < 20 || text[10] != (byte)'T' || !IsDay(text[..10]))
        {
            return false;
        }

        var time = text[11..];
        if (time[^1] == (byte)'Z')
        {
            return IsTime(time[..^1]);
        }

        return time.Length >= 14 && IsZone(time[^6..]) && IsTime(time[..^6]);
    }

    /// <summary>hh:mm:ss with any number of decimals; 60 is a legal second (the regular expression allows for leap seconds).</summary>
    public static bool IsTime(ReadOnlySpan<byte> text)
    {
        if (text.Length < 8 || text[2] != (byte)':' || text[5] != (byte)':')
        {
            return false;
        }

        var isClock = Number(text[..2]) is >= 0 and <= 23 && Number(text[3..5]) is >= 0 and <= 59 && Number(text[6..8]) is >= 0 and <= 60;
        return isClock
            && (text.Length == 8 || (text[8] == (byte)'.' && text.Length > 9 && !text[9..].ContainsAnyExceptInRange((byte)'0', (byte)'9')));
    }

    private static bool IsDay(ReadOnlySpan<byte> text)
    {
        if (text[4] != (byte)'-' || text[7] != (byte)'-')
        {
            return false;
        }

        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        return year > 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }

    private static bool IsZone(ReadOnlySpan<byte> text)
    {
        if (text[0] is not ((byte)'+' or (byte)'-') || text[3] != (byte)':')
        {
            return false;
        }

        var (hours, minutes) = (Number(text[1..3]), Number(text[4..6]));
        return (hours is >= 0 and <= 13 && minutes is >= 0 and <= 59) || (hours == 14 && minutes == 0);
    }

    /// <summary>The value of a text of digits, or -1.</summary>
    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return -1;
            }

            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
