using System.Globalization;

namespace Interop.Fhir.FhirPath.Values;

internal enum TimeKind
{
    Date,
    DateTime,
    Time,
}

internal enum TimePrecision
{
    Year,
    Month,
    Day,
    Hour,
    Minute,

    /// <summary>With or without a fraction, which FHIRPath does not count as a precision of its own.</summary>
    Second,
}

/// <summary>
/// A date, dateTime or time of any precision (https://hl7.org/fhirpath/N1/#date), compared as the interval that it may stand for.
/// </summary>
/// <param name="Local">The first moment of the interval on the clock that it was written by; of a time, on the first day of the
/// calendar.</param>
/// <param name="FractionDigits">Written digits of a second's fraction, at most 7.</param>
/// <param name="Offset">Null where no time zone was written.</param>
internal sealed record PathTime(TimeKind Kind, TimePrecision Precision, DateTime Local, int FractionDigits, TimeSpan? Offset)
{
    private static readonly TimeSpan EasternMost = TimeSpan.FromHours(14);
    private static readonly TimeSpan WesternMost = TimeSpan.FromHours(12);

    /// <summary>
    /// Reads what follows <c>@</c> in a literal, or the text of a FHIR date, dateTime, instant or time. Null for anything else.
    /// </summary>
    public static PathTime? Parse(string text, bool isTime = false)
    {
        var reader = new Reader(text);
        if (isTime || text.StartsWith('T'))
        {
            return reader.Time(DateTime.MinValue, TimeKind.Time, skip: text.StartsWith('T') ? 1 : 0);
        }

        return reader.DateOrDateTime();
    }

    /// <summary>Less, equal or greater; null where the intervals overlap without being the same, or a time meets a date.</summary>
    public static int? Compare(PathTime x, PathTime y)
    {
        if ((x.Kind == TimeKind.Time) != (y.Kind == TimeKind.Time))
        {
            return null;
        }

        var isMixed = x.Offset is null != y.Offset is null;
        var (xLow, xEnd) = x.Interval(isMixed);
        var (yLow, yEnd) = y.Interval(isMixed);
        return xEnd <= yLow ? -1
            : yEnd <= xLow ? 1
            : xLow == yLow && xEnd == yEnd && !isMixed ? 0
            : null;
    }

    /// <summary>Adds whole units of time: https://hl7.org/fhirpath/N1/#datetime-arithmetic. Null beyond the years 1 to 9999.</summary>
    /// <param name="unit">A calendar unit in the singular.</param>
    public PathTime? Add(decimal amount, string unit)
    {
        var (months, ticks) = unit switch
        {
            "year" => (12m, 0m),
            "month" => (1m, 0m),
            "week" => (0m, 7m * TimeSpan.TicksPerDay),
            "day" => (0m, TimeSpan.TicksPerDay),
            "hour" => (0m, TimeSpan.TicksPerHour),
            "minute" => (0m, TimeSpan.TicksPerMinute),
            "second" => (0m, TimeSpan.TicksPerSecond),
            _ => (0m, (decimal)TimeSpan.TicksPerMillisecond),
        };
        try
        {
            months *= decimal.Truncate(amount);
            ticks *= decimal.Truncate(amount);
            if (Kind == TimeKind.Time)
            {
                var inDay = ((Local.Ticks + (ticks % TimeSpan.TicksPerDay)) + TimeSpan.TicksPerDay) % TimeSpan.TicksPerDay;
                return this with { Local = new((long)inDay), FractionDigits = Fraction((long)inDay) };
            }

            // What is finer than the precision counts only as far as it fills whole units of it.
            var moved = Precision switch
            {
                TimePrecision.Year => Local.AddYears((int)decimal.Truncate((months / 12) + (ticks / TimeSpan.TicksPerDay / 365))),
                TimePrecision.Month => Local.AddMonths((int)decimal.Truncate(months + (ticks / TimeSpan.TicksPerDay / 30))),
                TimePrecision.Day => Local.AddMonths((int)months).AddTicks(Whole(ticks, TimeSpan.TicksPerDay)),
                TimePrecision.Hour => Local.AddMonths((int)months).AddTicks(Whole(ticks, TimeSpan.TicksPerHour)),
                TimePrecision.Minute => Local.AddMonths((int)months).AddTicks(Whole(ticks, TimeSpan.TicksPerMinute)),
                _ => Local.AddMonths((int)months).AddTicks((long)ticks),
            };
            return this with { Local = moved, FractionDigits = Fraction(moved.Ticks) };
        }
        catch (Exception tooFar) when (tooFar is ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    public override string ToString()
    {
        var day = Kind == TimeKind.Time ? string.Empty : Local.ToString(
            Precision switch { TimePrecision.Year => "yyyy", TimePrecision.Month => "yyyy-MM", _ => "yyyy-MM-dd" },
            CultureInfo.InvariantCulture);
        if (Kind == TimeKind.Date || Precision < TimePrecision.Hour)
        {
            return day;
        }

        var fraction = FractionDigits == 0 ? string.Empty : "." + new string('f', FractionDigits);
        var clock = Local.ToString(
            Precision switch { TimePrecision.Hour => "HH", TimePrecision.Minute => "HH':'mm", _ => "HH':'mm':'ss" + fraction },
            CultureInfo.InvariantCulture);
        return Kind == TimeKind.Time ? clock : $"{day}T{clock}{Zone()}";
    }

    private static long Whole(decimal ticks, long unit) => (long)(decimal.Truncate(ticks / unit) * unit);

    private int Fraction(long ticks) => FractionDigits == 0 && ticks % TimeSpan.TicksPerSecond != 0 ? 3 : FractionDigits;

    private string Zone() => Offset is not { } offset ? string.Empty
        : offset == TimeSpan.Zero ? "Z"
        : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh':'mm", CultureInfo.InvariantCulture);

    /// <summary>First tick and the one after the last; on the common clock, or as wide as an unknown time zone makes it.</summary>
    private (long Low, long End) Interval(bool isMixed)
    {
        var low = Local.Ticks;
        var end = low + Precision switch
        {
            TimePrecision.Year => TimeSpan.TicksPerDay * (DateTime.IsLeapYear(Local.Year) ? 366 : 365),
            TimePrecision.Month => TimeSpan.TicksPerDay * DateTime.DaysInMonth(Local.Year, Local.Month),
            TimePrecision.Day => TimeSpan.TicksPerDay,
            TimePrecision.Hour => TimeSpan.TicksPerHour,
            TimePrecision.Minute => TimeSpan.TicksPerMinute,
            _ => 1,
        };
        return Offset is { } offset ? (low - offset.Ticks, end - offset.Ticks)
            : isMixed ? (low - EasternMost.Ticks, end + WesternMost.Ticks)
            : (low, end);
    }

    private ref struct Reader(string text)
    {
        private readonly string text = text;
        private int position;

        public PathTime? DateOrDateTime()
        {
            var (year, month, day) = (Digits(4), 1, 1);
            var precision = TimePrecision.Year;
            if (Skip('-'))
            {
                (month, precision) = (Digits(2), TimePrecision.Month);
                if (Skip('-'))
                {
                    (day, precision) = (Digits(2), TimePrecision.Day);
                }
            }

            if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            {
                return null;
            }

            var date = new DateTime(year, month, day);
            if (position == text.Length)
            {
                return new(TimeKind.Date, precision, date, 0, null);
            }

            return !Skip('T') ? null
                : position == text.Length ? new(TimeKind.DateTime, precision, date, 0, null)
                : precision == TimePrecision.Day ? Time(date, TimeKind.DateTime, 0) : null;
        }

        public PathTime? Time(DateTime date, TimeKind kind, int skip)
        {
            position += skip;
            var (hour, minute, second, fraction, digits) = (Digits(2), 0, 0, 0L, 0);
            var precision = TimePrecision.Hour;
            if (Skip(':'))
            {
                (minute, precision) = (Digits(2), TimePrecision.Minute);
                if (Skip(':'))
                {
                    (second, precision) = (Digits(2), TimePrecision.Second);
                    (fraction, digits) = Skip('.') ? Fraction() : (0, 0);
                }
            }

            var offset = kind == TimeKind.DateTime ? Zone() : null;
            var isClock = hour is >= 0 and <= 23
                && minute is >= 0 and <= 59
                && second is >= 0 and <= 60
                && digits >= 0
                && position == text.Length;
            var ticks = isClock ? date.Ticks + new TimeSpan(hour, minute, second).Ticks + fraction : 0;
            return isClock && ticks <= DateTime.MaxValue.Ticks ? new(kind, precision, new(ticks), digits, offset) : null;
        }

        private (long Ticks, int Digits) Fraction()
        {
            var (ticks, digits) = (0L, 0);
            for (; position < text.Length && char.IsAsciiDigit(text[position]); position++)
            {
                if (digits < 7)
                {
                    ticks = (ticks * 10) + (text[position] - '0');
                    digits++;
                }
            }

            for (var scale = digits; scale < 7; scale++)
            {
                ticks *= 10;
            }

            return digits == 0 ? (0, -1) : (ticks, digits);
        }

        private TimeSpan? Zone()
        {
            if (Skip('Z'))
            {
                return TimeSpan.Zero;
            }

            if (position == text.Length || text[position] is not ('+' or '-'))
            {
                return null;
            }

            var sign = text[position++] == '-' ? -1 : 1;
            var hours = Digits(2);
            var minutes = Skip(':') ? Digits(2) : -1;
            if (hours is < 0 or > 14 || minutes is < 0 or > 59)
            {
                position = -1;
                return null;
            }

            return sign * new TimeSpan(hours, minutes, 0);
        }

        private bool Skip(char expected)
        {
            var isThere = position >= 0 && position < text.Length && text[position] == expected;
            position += isThere ? 1 : 0;
            return isThere;
        }

        private int Digits(int count)
        {
            var value = 0;
            for (var end = position + count; position < end; position++)
            {
                if (position >= text.Length || !char.IsAsciiDigit(text[position]))
                {
                    return -1;
                }

                value = (value * 10) + (text[position] - '0');
            }

            return value;
        }
    }
}
