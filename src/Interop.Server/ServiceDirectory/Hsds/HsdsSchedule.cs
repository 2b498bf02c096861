using System.Globalization;
using Hl7.Fhir.Model;
using DaysOfWeek = Hl7.Fhir.Model.DaysOfWeek;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>When something is open. R4 has hours of days of the week; what is open by another rhythm is told in words.</summary>
internal static class HsdsSchedule
{
    private static readonly (string Code, string Name, DaysOfWeek Day)[] Days =
    [
        ("MO", "monday", DaysOfWeek.Mon), ("TU", "tuesday", DaysOfWeek.Tue), ("WE", "wednesday", DaysOfWeek.Wed),
        ("TH", "thursday", DaysOfWeek.Thu), ("FR", "friday", DaysOfWeek.Fri), ("SA", "saturday", DaysOfWeek.Sat),
        ("SU", "sunday", DaysOfWeek.Sun),
    ];

    private static readonly string[] OtherRhythms = ["bymonthday", "byweekno", "byyearday", "count"];

    /// <summary>Hours of a week; null where the record says something else.</summary>
    /// <param name="today">ISO date, by which what is over and what has not begun is known.</param>
    public static HealthcareService.AvailableTimeComponent? HoursOf(HsdsRecord schedule, string today)
    {
        var days = DaysOf(schedule);
        var isWeekly = days.Count > 0 && schedule["interval"] is (null or "1") && OtherRhythms.All(name => schedule[name] is null);
        if (!isWeekly || !IsNow(schedule, today) || TimeOf(schedule["opens_at"]) is not { } opens
            || TimeOf(schedule["closes_at"]) is not { } closes)
        {
            return null;
        }

        var isAllDay = opens == "00:00:00" && closes is ("24:00:00" or "23:59:00" or "23:59:59" or "00:00:00");
        return new()
        {
            DaysOfWeek = [.. days.Select(day => (DaysOfWeek?)day)],
            AllDay = isAllDay ? true : null,
            AvailableStartTime = isAllDay ? null : opens,
            AvailableEndTime = isAllDay ? null : closes,
        };
    }

    /// <summary>What a record says that is not hours of a week, as it says it; null for what is over.</summary>
    public static string? WordsOf(HsdsRecord schedule, string today)
    {
        if (IsOver(schedule, today))
        {
            return null;
        }

        string?[] parts =
        [
            schedule["description"] ?? schedule["notes"], schedule["freq"], schedule["byday"] ?? schedule["weekday"],
            schedule["bymonthday"] is { } days ? $"days {days} of the month" : null,
            schedule["opens_at"] is { } opens ? $"{opens} to {schedule["closes_at"]}" : null,
            schedule["valid_from"] is { } from ? $"from {from}" : null,
        ];
        var words = string.Join(", ", parts.OfType<string>());
        return words.Length == 0 ? null : words;
    }

    private static bool IsNow(HsdsRecord schedule, string today) =>
        !IsOver(schedule, today) && string.CompareOrdinal(schedule["valid_from"] ?? schedule["dtstart"] ?? "", today) <= 0;

    private static bool IsOver(HsdsRecord schedule, string today) =>
        (schedule["valid_to"] ?? schedule["until"]) is { } end && string.CompareOrdinal(end[..Math.Min(10, end.Length)], today) < 0;

    private static IReadOnlyList<DaysOfWeek> DaysOf(HsdsRecord schedule)
    {
        if (schedule["freq"]?.ToUpperInvariant() is "DAILY" && schedule["byday"] is null)
        {
            return [.. Days.Select(day => day.Day)];
        }

        var named = schedule.List("byday").Concat(schedule.List("weekday")).ToList();
        var found = named.SelectMany(name => Days.Where(day =>
            day.Code.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (name.Length >= 3 && day.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)))).ToList();

        // 1MO is the first Monday of a month.
        var isWeekly = schedule["freq"]?.ToUpperInvariant() is null or "WEEKLY";
        return isWeekly && found.Count == named.Count ? [.. found.Select(day => day.Day)] : [];
    }

    /// <summary>A time of day as FHIR writes it; null for anything else.</summary>
    private static string? TimeOf(string? text) =>
        text?.StartsWith("24:00", StringComparison.Ordinal) == true ? "24:00:00"
        : TimeOnly.TryParse(text?.TrimEnd('Z'), CultureInfo.InvariantCulture, out var time)
            ? time.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : null;
}
