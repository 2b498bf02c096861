using System.Globalization;

namespace Interop.Sharing.Limited;

/// <summary>
/// Dates of one person, no finer than the week and so many weeks earlier. A week is told by its Monday: a date that FHIR and databases can
/// reckon with. Weeks between two of her dates stay as they are.
/// </summary>
/// <param name="weeks">How far they go back.</param>
internal sealed class ShiftedDates(int weeks)
{
    // Before that nobody lived who is in a record; such dates stand for something else.
    private const int Earliest = 1880;

    /// <param name="text">A date or dateTime of FHIR; its day is taken as it is written.</param>
    /// <returns>Null for what is no such date.</returns>
    public string? Week(string text) => Read(text) is not { } day ? null
        : text.Length < "yyyy-MM-dd".Length ? Text(day)[..text.Length]
        : Text(day.AddDays(-(((int)day.DayOfWeek + 6) % 7)));

    /// <summary>The year alone. Those who are older than the most are told with the year of the youngest of them.</summary>
    /// <param name="year">The year of now.</param>
    /// <param name="most">Years of age up to which somebody is not grouped.</param>
    public string? Year(string text, int year, int most) => Read(text) is { } day
        ? Math.Max(day.Year, year - most - 1).ToString("0000", CultureInfo.InvariantCulture)
        : null;

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private DateOnly? Read(string text)
    {
        var whole = text.Length switch
        {
            4 => $"{text}-07-01",
            7 => $"{text}-01",
            >= 10 => text[..10],
            _ => string.Empty,
        };
        return DateOnly.TryParseExact(whole, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year >= Earliest
                ? day.AddDays(-7 * weeks)
                : null;
    }
}
