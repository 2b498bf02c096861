using System.Text.Json;

namespace Interop.Server.Tests.Measures;

/// <summary>Figures counted again by hand, out of what the test itself wrote.</summary>
internal static class Recount
{
    /// <summary>Counts again what the test wrote, and gives how many counts the report shows.</summary>
    public static int FiguresAreThoseOf(InventedProgramme programme, ReadReport report)
    {
        var cases = programme.Within(report.Start, report.Months).Where(plain => plain.Measure == report.Measure).ToList();
        var shown = 0;
        foreach (var (kind, group, place) in report.Places())
        {
            var here = In(cases, kind, group);
            var (all, yes, missing) = ReadReport.CountsOf(place);
            var where = $"{report.Measure} {report.Start}+{report.Months} {kind} {group}";
            shown += Agrees(all, here, where) + Agrees(yes, Of(here, true), where) + Agrees(missing, Of(here, null), where);
            if (report.Measure is not ("response-time" or "cost"))
            {
                var known = here.Count - Of(here, null).Count;
                (decimal?, string?) expected = all is null || yes is null || missing is null ? (null, "masked")
                    : known == 0 ? (null, "not-applicable")
                    : (Math.Round(100m * Of(here, true).Count / known, 1, MidpointRounding.AwayFromZero), null);
                Assert.True(expected == ReadReport.ScoreOf(place), $"{where}: {ReadReport.ScoreOf(place)} and not {expected}");
            }
        }

        string[] codes = report.Measure switch
        {
            "response-time" => ["p50", "p90"], "cost" => ["total", "mean", "health"], _ => [],
        };
        foreach (var code in codes)
        {
            foreach (var (kind, group, place) in report.Places(code))
            {
                var where = $"{report.Measure} {report.Start}+{report.Months} {code} {kind} {group}";
                AmountIsThatOf(In(cases, kind, group), code, place, where);
            }
        }

        return shown;
    }

    private static List<PlainCase> In(IEnumerable<PlainCase> cases, string kind, string group) =>
        [.. cases.Where(plain => kind.Length == 0 || plain.Person.GroupOf(kind, plain.At, plain.Model) == group)];

    private static List<PlainCase> Of(IEnumerable<PlainCase> cases, bool? outcome) => [.. cases.Where(plain => plain.Outcome == outcome)];

    private static int Agrees(long? shown, List<PlainCase> cases, string where)
    {
        var isHeld = cases.Count > 0 && cases.Select(plain => plain.Person).Distinct().Count() <= 10;
        Assert.False(shown is not null && (cases.Count is >= 1 and <= 10 || isHeld), $"{where}: {cases.Count} is shown");
        Assert.True(shown is null || shown == cases.Count, $"{where}: {shown} and not {cases.Count}");
        return shown is null ? 0 : 1;
    }

    private static void AmountIsThatOf(List<PlainCase> cases, string code, JsonElement place, string where)
    {
        var amounts = cases.Select(plain => plain.Amount).OfType<decimal>().Order().ToList();
        var (value, why) = ReadReport.ScoreOf(place);
        if (why is not null)
        {
            var isShown = ReadReport.CountsOf(place) is (not null, not null, not null);
            Assert.True(why == (isShown && amounts.Count == 0 ? "not-applicable" : "masked"), $"{where}: {why}");
            return;
        }

        var rank = (int)Math.Ceiling(amounts.Count * (code == "p50" ? 0.5m : 0.9m));
        var expected = code switch
        {
            "total" => amounts.Sum(),
            "mean" => Math.Round(amounts.Sum() / amounts.Count, 2, MidpointRounding.AwayFromZero),
            "health" => Math.Round(amounts.Sum() * 0.35m, 2, MidpointRounding.AwayFromZero),
            _ => amounts[rank - 1],
        };
        Assert.True(expected == value, $"{where}: {value} and not {expected}");
        Assert.True(code[0] != 'p' || (rank > 10 && amounts.Count - rank >= 10), $"{where}: few are beside it");
    }
}
