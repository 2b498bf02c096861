using System.Text.Json.Nodes;
using Interop.Server.Measures;
using Interop.Server.Settings;
using Microsoft.Extensions.Configuration;

namespace Interop.Server.Tests.Measures;

/// <summary>What a site says of its programme is taken whole, or refused with the element and the rule.</summary>
public sealed class EvaluationTableTests
{
    private const string Right = """
        {"start":"2026-01","daysUntilFrozen":10,"districts":["North"],"languages":["en"],"currency":"USD",
         "costPerHour":{"crt":180.5,"ccd":75},"funding":{"municipal":0.4,"health":0.35,"foundation":0.25},
         "targets":{"follow-up-48h":{"share":85},"response-time":{"p90":40}}}
        """;

    [Fact]
    public void What_keeps_the_rules_is_read_whole()
    {
        var table = Read(Right);

        Assert.Equal((new DateOnly(2026, 1, 1), 10, "USD"), (table.Start, table.DaysUntilFrozen, table.Currency));
        Assert.Equal(180.5m, table.CostPerHour["crt"]);
        Assert.Equal([0.4m, 0.35m, 0.25m], EvaluationTable.Sources.Select(source => table.Funding[source]));
        Assert.Equal([85m, 40m], [table.Targets[("follow-up-48h", "share")], table.Targets[("response-time", "p90")]]);
    }

    [Theory]
    [InlineData("start", "\"2026-13\"", "start must be the programme's first month")]
    [InlineData("start", "null", "start must be the programme's first month")]
    [InlineData("daysUntilFrozen", "1", "daysUntilFrozen must be a whole number from 3 to 90")]
    [InlineData("districts", "[\"North\",\"North\"]", "districts must be at most 20 different names")]
    [InlineData("languages", "[7]", "languages must be at most 20 different names")]
    [InlineData("districts", "[\"other\"]", "districts has no other or unknown")]
    [InlineData("currency", "\"dollars\"", "currency must be a code of ISO 4217")]
    [InlineData("costPerHour", "{\"taxi\":1}", "costPerHour.taxi is not one of ccd, crt")]
    [InlineData("costPerHour", "{\"crt\":-1}", "costPerHour.crt must be from 0 to 100000")]
    [InlineData("costPerHour", "{\"crt\":\"1\"}", "costPerHour.crt must be a number")]
    [InlineData("funding", "{\"municipal\":0.4,\"health\":0.35,\"foundation\":0.2}", "funding must sum to 1, and sums to 0.95")]
    [InlineData("funding", "{\"municipal\":1.5,\"health\":-0.5}", "funding has no share below 0")]
    [InlineData("funding", "{\"lottery\":1}", "funding.lottery is not one of municipal, health, foundation")]
    [InlineData("targets", "[]", "targets must be an object of measures")]
    [InlineData("targets", "{\"arrests\":{\"share\":1}}", "targets.arrests is no measure of this server")]
    [InlineData("targets", "{\"arrest\":{\"p50\":1}}", "targets.arrest.p50 is not one of share")]
    [InlineData("targets", "{\"arrest\":{\"share\":101}}", "targets.arrest.share must be 0 or more; a share 100 at most")]
    [InlineData("targets", "{\"cost\":{\"mean\":\"1\"}}", "targets.cost.mean must be a number")]
    [InlineData("colour", "1", "colour is not one of start")]
    public void What_breaks_a_rule_is_refused_with_the_element(string element, string value, string rule)
    {
        var json = JsonNode.Parse(Right)!;
        json[element] = JsonNode.Parse(value);

        var refused = Assert.Throws<SettingsException>(() => Read(json.ToJsonString()));

        Assert.StartsWith($"Interop:Evaluation: {rule}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_evaluates_is_not_shown_to_everybody()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Interop:PublicReports", "true")]).Build();

        var refused = Assert.Throws<SettingsException>(() => InteropSettings.From(configuration));

        Assert.StartsWith("Interop:PublicReports needs Interop:Evaluation", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-01-01", "2026-01-31", "2026-01+1")]
    [InlineData("2026-07-01", "2026-12-31", "2026-07+6")]
    [InlineData("2027-01-01", "2027-12-31", "2027-01+12")]
    [InlineData("2026-01-01", "2027-12-31", "2026-01+24")]
    [InlineData("2027-01-01", "2028-12-31", null)]
    [InlineData("2026-02-01", "2026-07-31", null)]
    [InlineData("2026-01-01", "2026-03-31", null)]
    [InlineData("2026-01-02", "2026-01-31", null)]
    [InlineData("2025-12-01", "2025-12-31", null)]
    [InlineData("2026-12-31", "2026-01-01", null)]
    [InlineData("9999-12-01", "9999-12-31", null)]
    public void Only_periods_that_lie_within_one_another_have_reports(string first, string last, string? name)
    {
        var period = CalendarOf(Read(Right)).Of(DateOnly.Parse(first, null), DateOnly.Parse(last, null));

        Assert.Equal(name, period?.Name);
    }

    [Fact]
    public void Periods_are_made_in_one_order_each_after_its_parts()
    {
        var calendar = CalendarOf(Read(Right));

        var made = calendar.Through(calendar.Of(new(2026, 1, 1), new(2027, 12, 31))!.Value).ToList();

        Assert.Equal(24 + 4 + 2 + 1, made.Count);
        Assert.Equal(["2026-05+1", "2026-06+1", "2026-01+6", "2026-07+1"], made.Select(period => period.Name).Skip(4).Take(4));
        Assert.All(made, period => Assert.All(Calendar.PartsOf(period), part => Assert.True(made.IndexOf(part) < made.IndexOf(period))));
        Assert.Equal(made, made.Select(period => Period.Named(period.Name)));
        Assert.Single(made.Select(calendar.BlockOf).Distinct());
    }

    private static Calendar CalendarOf(EvaluationTable table) => new(table, Settings);

    private static InteropSettings Settings => InteropSettings.From(new ConfigurationBuilder().Build());

    private static EvaluationTable Read(string json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            return EvaluationTable.From(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
