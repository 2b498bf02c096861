using Interop.SmallCells;

namespace Interop.Server.Tests.Measures;

/// <summary>
/// All that some reports say, and how it adds up: measures of one kind of cases have one denominator, groups their total, and a year its
/// halves and months. What is masked has the value that the test knows.
/// </summary>
internal sealed class PublishedCounts
{
    private const string FollowUp = "follow-up-48h";
    private static readonly (string Whole, int Months)[] Lengths = [("month", 1), ("half", 6), ("year", 12), ("two", 24)];

    private readonly Dictionary<string, int> numbers = [];
    private readonly List<bool> shown = [];
    private readonly List<string> names = [];

    public PublishedCounts(IEnumerable<ReadReport> reports, InventedProgramme programme)
        : this(reports, report =>
        {
            var cases = programme.Within(report.Start, report.Months).Where(plain => plain.Measure == report.Measure).ToList();
            return (kind, group) =>
            [
                .. cases.Where(plain => kind.Length == 0 || plain.Person.GroupOf(kind, plain.At, plain.Model) == group)
                    .Select(plain => plain.Outcome),
            ];
        })
    {
    }

    /// <param name="outcomesOf">Of a report and then of a group of a kind, what became of each case; null where nobody said.</param>
    public PublishedCounts(
        IEnumerable<ReadReport> reports, Func<ReadReport, Func<string, string, IReadOnlyList<bool?>>> outcomesOf)
    {
        var all = reports.ToList();
        foreach (var report in all)
        {
            var outcomesAt = outcomesOf(report);
            foreach (var (kind, group, place) in report.Places())
            {
                var here = outcomesAt(kind, group);
                var (count, yes, missing) = ReadReport.CountsOf(place);
                var parts = new[]
                {
                    Add(report, "yes", kind, group, here.Count(outcome => outcome == true), yes is not null),
                    Add(report, "no", kind, group, here.Count(outcome => outcome == false), false),
                    Add(report, "missing", kind, group, here.Count(outcome => outcome is null), missing is not null),
                };
                Tables.Sum(Add(report, "", kind, group, here.Count, count is not null), parts);
            }
        }

        foreach (var report in all)
        {
            foreach (var part in new[] { "yes", "no", "missing", "" })
            {
                foreach (var kind in report.Places().Where(place => place.Kind.Length > 0).GroupBy(place => place.Kind))
                {
                    Tables.Sum(Number(report, part, "", ""), [.. kind.Select(place => Number(report, part, place.Kind, place.Group))]);
                }

                AddTimes(all, report, part);
            }
        }

        // Follow-ups are those encounters after which nobody refused one.
        foreach (var after in all.Where(report => report.Measure == FollowUp))
        {
            var before = all.FirstOrDefault(other =>
                other.Measure != FollowUp && other.Start == after.Start && other.Months == after.Months);
            foreach (var (kind, group, _) in before is null ? [] : after.Places())
            {
                var (whole, part) = (Number(before!, "", kind, group), Number(after, "", kind, group));
                var refused = Tables.Add(Tables.Cells[whole].Count - Tables.Cells[part].Count);
                shown.Add(false);
                names.Add($"refused|{after.Start:yyyy-MM}+{after.Months}|{kind}|{group}");
                Tables.Sum(whole, [part, refused]);
            }
        }
    }

    public CountTables Tables { get; } = new();

    /// <summary>The counts from 1 to 10, also those that nobody publishes.</summary>
    public List<int> Small => [.. Enumerable.Range(0, names.Count).Where(number => Tables.Cells[number].Count is >= 1 and <= 10)];

    public bool IsShown(int number) => shown[number];

    public string NameOf(int number) => names[number];

    private void AddTimes(List<ReadReport> all, ReadReport whole, string part)
    {
        var length = Lengths.LastOrDefault(length => length.Months < whole.Months).Months;
        var within = all.Where(other => length > 0 && other.Measure == whole.Measure && other.Months == length
            && other.Start >= whole.Start && other.Start < whole.Start.AddMonths(whole.Months)).ToList();
        foreach (var (kind, group, _) in within.Count == 0 ? [] : whole.Places().Where(place => place.Kind.Length == 0 || length > 1))
        {
            Tables.Sum(Number(whole, part, kind, group), [.. within.Select(other => Number(other, part, kind, group))]);
        }
    }

    /// <summary>Denominators are one count, whichever measure's report says it.</summary>
    private int Add(ReadReport report, string part, string kind, string group, long count, bool isShown)
    {
        var name = NameOf(report, part, kind, group);
        if (!numbers.TryGetValue(name, out var number))
        {
            number = numbers[name] = Tables.Add(count);
            shown.Add(false);
            names.Add(name);
        }

        shown[number] |= isShown;
        return number;
    }

    private int Number(ReadReport report, string part, string kind, string group) => numbers[NameOf(report, part, kind, group)];

    private static string NameOf(ReadReport report, string part, string kind, string group)
    {
        var what = part.Length > 0 ? report.Measure : report.Measure == FollowUp ? "follow-up" : "";
        return $"{what}|{part}|{report.Start:yyyy-MM}+{report.Months}|{kind}|{group}";
    }
}
