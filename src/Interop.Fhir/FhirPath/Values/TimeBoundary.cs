namespace Interop.Fhir.FhirPath.Values;

/// <summary>The first and last moment that a partial date or time may stand for, and how many digits it has.</summary>
internal static class TimeBoundary
{
    private static readonly int[] DateDigits = [4, 6, 8, 10, 12, 17];
    private static readonly int[] TimeDigits = [0, 0, 0, 2, 4, 9];

    /// <summary>Digits of what is written; a time with seconds counts as one with milliseconds.</summary>
    public static int Digits(PathTime time) => (time.Kind == TimeKind.Time ? TimeDigits : DateDigits)[(int)time.Precision]
        - (time.Precision == TimePrecision.Second ? 3 - time.FractionDigits : 0);

    public static int DefaultDigits(PathTime time) => time.Kind switch { TimeKind.Date => 8, TimeKind.Time => 9, _ => 17 };

    /// <summary>Null where there is no precision with this number of digits.</summary>
    public static PathTime? Of(PathTime time, int digits, bool isHigh)
    {
        var place = Array.IndexOf(time.Kind == TimeKind.Time ? TimeDigits : DateDigits, digits);
        if (place < 0 || digits == 0)
        {
            return null;
        }

        var precision = (TimePrecision)place;
        var kind = time.Kind == TimeKind.Time ? TimeKind.Time : precision > TimePrecision.Day ? TimeKind.DateTime : TimeKind.Date;
        var local = isHigh ? End(time).AddTicks(-1) : time.Local;
        local = precision switch
        {
            TimePrecision.Year => new(local.Year, 1, 1),
            TimePrecision.Month => new(local.Year, local.Month, 1),
            TimePrecision.Day => local.Date,
            TimePrecision.Hour => new(local.Ticks - (local.Ticks % TimeSpan.TicksPerHour)),
            TimePrecision.Minute => new(local.Ticks - (local.Ticks % TimeSpan.TicksPerMinute)),
            _ => new(local.Ticks - (local.Ticks % TimeSpan.TicksPerMillisecond)),
        };
        var offset = kind == TimeKind.DateTime ? time.Offset ?? TimeSpan.FromHours(isHigh ? -12 : 14) : (TimeSpan?)null;
        return new(kind, precision, local, precision == TimePrecision.Second ? 3 : 0, offset);
    }

    private static DateTime End(PathTime time)
    {
        var ticks = time.Local.Ticks + time.Precision switch
        {
            TimePrecision.Year => TimeSpan.TicksPerDay * (DateTime.IsLeapYear(time.Local.Year) ? 366 : 365),
            TimePrecision.Month => TimeSpan.TicksPerDay * DateTime.DaysInMonth(time.Local.Year, time.Local.Month),
            TimePrecision.Day => TimeSpan.TicksPerDay,
            TimePrecision.Hour => TimeSpan.TicksPerHour,
            TimePrecision.Minute => TimeSpan.TicksPerMinute,
            _ when time.FractionDigits >= 3 => 1,
            _ => TimeSpan.TicksPerSecond,
        };
        return new(Math.Min(ticks, DateTime.MaxValue.Ticks));
    }
}
