using System.Globalization;
using Interop.Server.Settings;

namespace Interop.Server.Measures;

/// <summary>
/// Which periods there are reports of: those that lie within one another, so that no two of them differ by a period that nobody protects.
/// They are counted from the programme's first month, in the time zone of the site.
/// </summary>
internal sealed class Calendar(EvaluationTable table, InteropSettings settings)
{
    private const int LastYear = 9000;

    private static readonly int[] Lengths = [1, 6, 12, 24];

    /// <summary>The programme's first month, as text.</summary>
    public string Start => table.Start.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>The same as the number of a month.</summary>
    public int FirstMonth => Period.NumberOf(table.Start);

    /// <summary>The period of two days, or null where there is no report of it.</summary>
    public Period? Of(DateOnly first, DateOnly last)
    {
        var period = new Period(Period.NumberOf(first), Period.NumberOf(last) - Period.NumberOf(first) + 1);
        return last.Year < LastYear && Lengths.Contains(period.Months) && period.Start == first && period.End == last
            && period.First >= FirstMonth && (period.First - FirstMonth) % period.Months == 0
                ? period
                : null;
    }

    /// <summary>When the period's last month can be frozen, UTC microseconds.</summary>
    public long FrozenFrom(Period period) => settings.StartOf(period.Start.AddMonths(period.Months).AddDays(table.DaysUntilFrozen));

    /// <summary>From its first microsecond to the first one after it, UTC.</summary>
    public (long From, long To) TimeOf(Period period) =>
        (settings.StartOf(period.Start), settings.StartOf(period.Start.AddMonths(period.Months)));

    /// <summary>All periods whose reports come before those of this one, and itself: in the order in which they are made.</summary>
    public IEnumerable<Period> Through(Period last) => From(FirstMonth).TakeWhile(period => period.Last <= last.Last)
        .Where(period => period.Last < last.Last || period.Months <= last.Months);

    /// <summary>All periods that can be frozen by now.</summary>
    public IEnumerable<Period> DueBy(long instant) => From(FirstMonth).TakeWhile(period => FrozenFrom(period) <= instant);

    /// <summary>Those that one period is the sum of: months, half-years or years.</summary>
    public static IReadOnlyList<Period> PartsOf(Period period)
    {
        var length = Lengths.LastOrDefault(length => length < period.Months);
        return length == 0
            ? []
            : [.. Enumerable.Range(0, period.Months / length).Select(part => new Period(period.First + (part * length), length))];
    }

    /// <summary>The two years in which a period lies. What is published of other years tells nothing of it.</summary>
    public int BlockOf(Period period) => (period.First - FirstMonth) / Lengths[^1];

    public bool Includes(Period period) => period.First >= FirstMonth;

    private IEnumerable<Period> From(int first)
    {
        for (var month = first; ; month++)
        {
            foreach (var length in Lengths.Where(length => (month + 1 - FirstMonth) % length == 0))
            {
                yield return new(month + 1 - length, length);
            }
        }
    }
}
