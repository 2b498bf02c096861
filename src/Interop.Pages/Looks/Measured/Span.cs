using System.Globalization;

namespace Interop.Pages.Looks.Measured;

/// <summary>The period of a report: whole months of the programme.</summary>
/// <param name="Start">Its first day.</param>
public readonly record struct Span(DateOnly Start, int Months)
{
    private const string Form = "yyyy-MM";

    public DateOnly End => Start.AddMonths(Months).AddDays(-1);

    /// <summary>As an address has it, such as <c>2026-01-6</c>.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Start.ToString(Form, CultureInfo.InvariantCulture)}-{Months}");

    /// <summary>As people read it.</summary>
    public string Name => Months == 1
        ? Start.ToString("MMMM yyyy", CultureInfo.CurrentCulture)
        : $"{Start.ToString("MMM yyyy", CultureInfo.CurrentCulture)} \u2013 {End.ToString("MMM yyyy", CultureInfo.CurrentCulture)}";

    /// <summary>Exactly the reports of this period: they begin and end within it, and reach from its first day to its last.</summary>
    public string Query
    {
        get
        {
            var (start, end) = (Start, End);
            return $"period=sa{Day(start.AddDays(-1))}&period=eb{Day(end.AddDays(1))}"
                + $"&period=lt{Day(start.AddDays(1))}&period=gt{Day(end.AddDays(-1))}";
        }
    }

    /// <summary>Null where the text is no such address.</summary>
    public static Span? Read(string? key) =>
        key is { Length: 9 or 10 }
        && DateOnly.TryParseExact(key[..7] + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var start)
        && key[7] == '-'
        && int.TryParse(key.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var months)
        && months is 1 or 6 or 12 or 24 && start.Year is > 1900 and < 9000
            ? new(start, months)
            : null;

    /// <summary>That of a report; null where it does not reach from the first of a month to the last of one.</summary>
    public static Span? Of(Hl7.Fhir.Model.Period? period)
    {
        if (!DateOnly.TryParseExact(period?.Start, "yyyy-MM-dd", out var start)
            || !DateOnly.TryParseExact(period?.End, "yyyy-MM-dd", out var end) || end < start)
        {
            return null;
        }

        var span = new Span(start, ((end.Year - start.Year) * 12) + end.Month - start.Month + 1);
        return start.Day == 1 && span.End == end ? span : null;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
