namespace Interop.Fhir.Search;

/// <summary>
/// The time that a date, dateTime or instant covers, in UTC microseconds since 1970, both ends included: 2024 is the whole year, a
/// second without fraction is the whole second. What names no time zone is a day or time of the place that is given, else of UTC.
/// </summary>
public readonly record struct DateInterval(long Low, long High)
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    /// <summary>
    /// Null for what is not a date, dateTime or instant of R4; minutes without seconds are accepted, as searches may have them.
    /// </summary>
    /// <param name="zone">Of the place where days and times without a zone are meant.</param>
    public static DateInterval? TryParse(string text, TimeZoneInfo? zone = null)
    {
        Span<byte> utf8 = stackalloc byte[64];
        return System.Text.Encoding.UTF8.TryGetBytes(text, utf8, out var length) ? TryParse(utf8[..length], zone) : null;
    }

    public static DateInterval? TryParse(ReadOnlySpan<byte> text, TimeZoneInfo? zone = null) =>
        Parse(text) is not { } found ? null
        : zone is null || zone.Equals(TimeZoneInfo.Utc) || (text.Length > 10 && text[11..].ContainsAny("Z+-"u8)) ? found
        : new(At(found.Low, zone), At(found.High + 1, zone) - 1);

    /// <summary>The instant at which clocks of the zone first show the time; where they leap over it, the one at which they do.</summary>
    private static long At(long local, TimeZoneInfo zone)
    {
        const long microsecond = TimeSpan.TicksPerMicrosecond;
        var ticks = Math.Clamp(DateTime.UnixEpoch.Ticks + (local * microsecond), DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        var time = new DateTime(ticks, DateTimeKind.Unspecified);
        var offset = zone.IsAmbiguousTime(time) ? zone.GetAmbiguousTimeOffsets(time).Max() : zone.GetUtcOffset(time);
        return local - (offset.Ticks / microsecond);
    }

    private static DateInterval? Parse(ReadOnlySpan<byte> text)
    {
        if (!TryNumber(text, 0, 4, out var year) || year == 0)
        {
            return null;
        }

        if (text.Length == 4)
        {
            return new(DaysBefore(year, 1, 1) * Day, (DaysBefore(year + 1, 1, 1) * Day) - 1);
        }

        if (text[4] != (byte)'-' || !TryNumber(text, 5, 2, out var month) || month is 0 or > 12)
        {
            return null;
        }

        if (text.Length == 7)
        {
            var end = month == 12 ? DaysBefore(year + 1, 1, 1) : DaysBefore(year, month + 1, 1);
            return new(DaysBefore(year, month, 1) * Day, (end * Day) - 1);
        }

        if (text[7] != (byte)'-' || !TryNumber(text, 8, 2, out var day) || day == 0 || day > DateTime.DaysInMonth(year, month))
        {
            return null;
        }

        var midnight = DaysBefore(year, month, day) * Day;
        return text.Length == 10 ? new(midnight, midnight + Day - 1)
            : text[10] == (byte)'T' && Time(text[11..]) is { } time ? new(midnight + time.Low, midnight + time.High)
            : null;
    }

    private static DateInterval? Time(ReadOnlySpan<byte> text)
    {
        var offset = 0L;
        var zone = text.LastIndexOfAny("Z+-"u8);
        if (zone >= 0 && text[zone] != (byte)'Z')
        {
            var isZone = text.Length == zone + 6 && text[zone + 3] == (byte)':';
            if (
                !isZone
                    || !TryNumber(text, zone + 1, 2, out var hours)
                    || !TryNumber(text, zone + 4, 2, out var minutes)
                    || hours > 14
                    || minutes > 59)
            {
                return null;
            }

            offset = ((hours * 60) + minutes) * 60 * Second * (text[zone] == (byte)'-' ? -1 : 1);
        }
        else if (zone >= 0 && zone != text.Length - 1)
        {
            return null;
        }

        return Clock(zone < 0 ? text : text[..zone]) is { } clock ? new(clock.Low - offset, clock.High - offset) : null;
    }

    private static DateInterval? Clock(ReadOnlySpan<byte> text)
    {
        if (text.Length < 5 || text[2] != (byte)':' || !TryNumber(text, 0, 2, out var hour) || !TryNumber(text, 3, 2, out var minute)
            || hour > 23 || minute > 59)
        {
            return null;
        }

        var start = ((hour * 60) + minute) * 60 * Second;
        if (text.Length == 5)
        {
            return new(start, start + (60 * Second) - 1);
        }

        if (text[5] != (byte)':' || !TryNumber(text, 6, 2, out var second) || second > 60)
        {
            return null;
        }

        start += second * Second;
        return text.Length == 8 ? new(start, start + Second - 1) : Fraction(text[8..], start);
    }

    private static DateInterval? Fraction(ReadOnlySpan<byte> text, long second)
    {
        if (text.Length < 2 || text[0] != (byte)'.')
        {
            return null;
        }

        var unit = Second;
        var value = 0L;
        foreach (var digit in text[1..])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return null;
            }

            unit /= 10;
            value += (digit - '0') * unit; // below a microsecond: cut off
        }

        return new(second + value, second + value + Math.Max(unit, 1) - 1);
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, int start, int length, out int number)
    {
        number = 0;
        if (start + length > text.Length)
        {
            return false;
        }

        foreach (var digit in text.Slice(start, length))
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    // Days since 1970-01-01; the year may be 10000, which DateTime does not have.
    private static long DaysBefore(int year, int month, int day) => year == 10_000
        ? DaysBefore(9999, 12, 31) + 1
        : (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days;
}
