using System.Globalization;
using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.ServiceDirectory;

/// <summary>Whether a service says that it is open at a moment; one that says nothing of its hours does not.</summary>
internal static class OpeningHours
{
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <param name="service">A valid HealthcareService.</param>
    /// <param name="at">In the time zone of the site, in which hours are meant.</param>
    public static bool IsOpen(ReadOnlyMemory<byte> service, DateTimeOffset at)
    {
        using var document = JsonDocument.Parse(service, FhirJson.Parsing);
        var root = document.RootElement;
        return !IsFalse(root.At("active"))
            && !root.Items("notAvailable").Any(closed => IsWithin(closed.At("during"), at))
            && root.Items("availableTime").Any(hours => IsWithinHours(hours, at));
    }

    /// <summary>As <see cref="IsOpen"/>; null where it says nothing of when it is open or closed.</summary>
    public static bool? Say(ReadOnlyMemory<byte> service, DateTimeOffset at)
    {
        using var document = JsonDocument.Parse(service, FhirJson.Parsing);
        var root = document.RootElement;
        var isClosed = IsFalse(root.At("active")) || root.Items("notAvailable").Any(closed => IsWithin(closed.At("during"), at));
        return isClosed ? false : root.Items("availableTime").Any() ? IsOpen(service, at) : null;
    }

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsWithinHours(JsonElement hours, DateTimeOffset at)
    {
        var (start, end) = (hours.Text("availableStartTime"), hours.Text("availableEndTime"));
        if (hours.At("allDay").ValueKind == JsonValueKind.True || (start is null && end is null))
        {
            return IsOn(hours, at) && (hours.At("allDay").ValueKind == JsonValueKind.True || hours.Items("daysOfWeek").Any());
        }

        var now = at.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var (from, to) = (start ?? "00:00:00", end ?? "24:00:00");
        return string.CompareOrdinal(from, to) < 0
            ? IsOn(hours, at) && string.CompareOrdinal(from, now) <= 0 && string.CompareOrdinal(now, to) < 0

            // Past midnight it is still the evening's.
            : (IsOn(hours, at) && string.CompareOrdinal(from, now) <= 0)
                || (IsOn(hours, at.AddDays(-1)) && string.CompareOrdinal(now, to) < 0);
    }

    private static bool IsOn(JsonElement hours, DateTimeOffset at)
    {
        var days = hours.Items("daysOfWeek").Select(day => day.GetString()).ToList();
        return days.Count == 0 || days.Contains(Days[(int)at.DayOfWeek]);
    }

    /// <summary>A period's ends count as far as they are known: all of a day, month or year; one that can't be read is no end.</summary>
    private static bool IsWithin(JsonElement period, DateTimeOffset at)
    {
        var (start, end) = (period.Text("start"), period.Text("end"));
        return (start is not null || end is not null) && !(start is not null && IsAfter(start)) && !(end is not null && IsBefore(end));

        bool IsAfter(string text) => text.Contains('T', StringComparison.Ordinal)
            ? Moment(text) > at
            : string.CompareOrdinal(text, Day(text)) > 0;

        bool IsBefore(string text) => text.Contains('T', StringComparison.Ordinal)
            ? Moment(text) < at
            : string.CompareOrdinal(text, Day(text)) < 0;

        // A comparison with null is false: then the service is closed for longer than it says, not open.
        static DateTimeOffset? Moment(string text) =>
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment : null;

        string Day(string text) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)[..text.Length];
    }
}
