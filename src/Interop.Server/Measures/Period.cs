using System.Globalization;

namespace Interop.Server.Measures;

/// <summary>A month, half-year, year or two years of the programme.</summary>
/// <param name="First">The number of its first month: 0 is January of the year 0.</param>
/// <param name="Months">1, 6, 12 or 24.</param>
internal readonly record struct Period(int First, int Months)
{
    /// <summary>The number of its last month.</summary>
    public int Last => First + Months - 1;

    public DateOnly Start => DayOf(First);

    /// <summary>The last day.</summary>
    public DateOnly End => DayOf(First + Months).AddDays(-1);

    /// <summary>A name that no other period has.</summary>
    public string Name => $"{Start.ToString("yyyy-MM", CultureInfo.InvariantCulture)}+{Months}";

    public static Period Named(string name) => name.Split('+') is [var start, var months]
        ? new(
            NumberOf(DateOnly.ParseExact(start + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture)),
            int.Parse(months, CultureInfo.InvariantCulture))
        : throw new FormatException("This is no period of reports.");

    /// <summary>Only months have no groups: nearly all counts of a month by groups would be small.</summary>
    public bool HasGroups => Months > 1;

    /// <summary>The period of the same length before it.</summary>
    public Period Before => this with { First = First - Months };

    public static int NumberOf(DateOnly day) => (day.Year * 12) + day.Month - 1;

    private static DateOnly DayOf(int month) => new(month / 12, (month % 12) + 1, 1);
}
