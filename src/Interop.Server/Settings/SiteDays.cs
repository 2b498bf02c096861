namespace Interop.Server.Settings;

/// <summary>Days as the site has them, by its time zone (<see cref="InteropSettings.TimeZone"/>).</summary>
internal static class SiteDays
{
    /// <param name="instant">UTC microseconds.</param>
    public static DateOnly DayAt(this InteropSettings settings, long instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Instants.ToDateTimeOffset(instant), settings.TimeZone).DateTime);

    /// <summary>When a day begins, UTC microseconds.</summary>
    public static long StartOf(this InteropSettings settings, DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (settings.TimeZone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1); // where clocks leap over midnight
        }

        return Instants.ToMicroseconds(new DateTimeOffset(local, settings.TimeZone.GetUtcOffset(local)));
    }

    /// <summary>Whole years from one day to a later one.</summary>
    public static int YearsUntil(this DateOnly born, DateOnly day)
    {
        var years = day.Year - born.Year;
        return born.AddYears(years) > day ? years - 1 : years;
    }
}
