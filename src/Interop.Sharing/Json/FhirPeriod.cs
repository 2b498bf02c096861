using System.Globalization;
using System.Text.Json;

namespace Interop.Sharing.Json;

/// <summary>
/// FHIR dates as instants: a start begins with its unit, an end lasts to the end of its unit. Without a zone
/// the reading is the conservative one: the latest start and the earliest end that any zone on earth gives.
/// </summary>
public static class FhirPeriod
{
    private const long Hour = 3_600_000_000;
    private static readonly string[] Formats =
    [
        "yyyy", "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
    ];

    /// <summary>UTC microseconds [from, to); open ends are long.MinValue and long.MaxValue. An unreadable period is empty.</summary>
    public static (long From, long To) Read(JsonElement parent, string name, bool conservative = false)
    {
        var period = parent.At(name);
        var (start, end) = (period.Text("start"), period.Text("end"));
        var from = start is null ? long.MinValue : Start(start, conservative);
        var to = end is null ? long.MaxValue : End(end, conservative);
        return from is null || to is null ? (0, 0) : (from.Value, to.Value);
    }

    /// <summary>The first instant of a date, dateTime or instant; null when absent or unreadable.</summary>
    public static long? Start(string? text, bool conservative = false) =>
        Parse(text) is { } time ? Micros(time) + (conservative && !HasZone(text!) ? 12 * Hour : 0) : null;

    /// <summary>The first instant after a date, dateTime or instant.</summary>
    public static long? End(string? text, bool conservative = false)
    {
        if (Parse(text) is not { } time)
        {
            return null;
        }

        // What ends with the last year that there is has no first instant after it: it does not end.
        if (time.UtcDateTime > DateTime.MaxValue.AddYears(-1))
        {
            return long.MaxValue;
        }

        var next = text!.Length switch
        {
            4 => time.AddYears(1),
            7 => time.AddMonths(1),
            10 => time.AddDays(1),
            _ when !text.Contains('.', StringComparison.Ordinal) => time.AddSeconds(1),
            _ => time.AddTicks(10),
        };
        return Micros(next) - (conservative && !HasZone(text) ? 14 * Hour : 0);
    }

    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;

    private static bool HasZone(string text) => text.Length > 10;

    private static DateTimeOffset? Parse(string? text) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
