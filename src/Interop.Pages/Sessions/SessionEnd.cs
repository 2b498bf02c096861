namespace Interop.Pages.Sessions;

/// <summary>When a session that begins now ends at the latest.</summary>
internal static class SessionEnd
{
    /// <summary>After the longest time, or with the shift.</summary>
    public static DateTimeOffset Of(PagesSettings settings, DateTimeOffset now)
    {
        var latest = now + settings.Longest;
        var local = TimeZoneInfo.ConvertTime(now, settings.TimeZone);
        return settings.ShiftEnds
            .SelectMany(end => Enumerable.Range(0, 2).Select(days => local.Date.AddDays(days) + end.ToTimeSpan()))
            .Select(end => new DateTimeOffset(end, settings.TimeZone.GetUtcOffset(end)))
            .Where(end => end > now)
            .Append(latest)
            .Min();
    }
}
