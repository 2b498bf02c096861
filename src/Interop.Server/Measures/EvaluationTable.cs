using System.Globalization;
using System.Text.Json;
using Interop.Server.Calls;
using Interop.Sharing.Json;

namespace Interop.Server.Measures;

/// <summary>
/// What a site says about its programme, so that it can be evaluated: the file of <c>Interop:Evaluation</c>. Nobody else knows when it
/// began, how it is divided, what an hour costs and who pays.
/// </summary>
/// <param name="Start">The first day of the programme's first month: half-years and years are counted from it.</param>
/// <param name="DaysUntilFrozen">How long after its end a month waits for what is recorded late.</param>
/// <param name="Districts">Those that reports tell apart, as Patient.address.district has them.</param>
/// <param name="Languages">Those that reports tell apart, as codes of BCP 47.</param>
/// <param name="Currency">A code of ISO 4217.</param>
/// <param name="CostPerHour">What an hour of each response model costs.</param>
/// <param name="Funding">The share of each source; together 1.</param>
/// <param name="Targets">What is planned, by measure and what a group of it comes to; nothing where the site plans nothing.</param>
internal sealed record EvaluationTable(
    DateOnly Start,
    int DaysUntilFrozen,
    IReadOnlyList<string> Districts,
    IReadOnlyList<string> Languages,
    string Currency,
    IReadOnlyDictionary<string, decimal> CostPerHour,
    IReadOnlyDictionary<string, decimal> Funding,
    IReadOnlyDictionary<(string Measure, string Group), decimal> Targets)
{
    public static readonly IReadOnlyList<string> Sources = ["municipal", "health", "foundation"];

    private const int MostNames = 20;

    private static readonly string[] Elements =
        ["start", "daysUntilFrozen", "districts", "languages", "currency", "costPerHour", "funding", "targets"];

    /// <exception cref="SettingsException">The file can't be read, or an element of it breaks a rule: both are named.</exception>
    public static EvaluationTable From(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            return Read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SettingsException($"Interop:Evaluation: {wrong.Message}");
        }
    }

    private static EvaluationTable Read(JsonElement root)
    {
        Demand(root.ValueKind == JsonValueKind.Object, "the file", "must be an object");
        foreach (var unknown in root.EnumerateObject().Where(element => !Elements.Contains(element.Name)))
        {
            Demand(false, unknown.Name, $"is not one of {string.Join(", ", Elements)}");
        }

        return new(
            DateOnly.TryParseExact(root.Text("start") + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day
                : throw Wrong("start", "must be the programme's first month, such as 2026-01"),
            Days(root.At("daysUntilFrozen")),
            Names(root, "districts"),
            Names(root, "languages"),
            root.Text("currency") is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper)
                ? currency
                : throw Wrong("currency", "must be a code of ISO 4217, such as USD"),
            Costs(root.At("costPerHour")),
            Shares(root.At("funding")),
            Plan(root.At("targets")));
    }

    /// <summary>What is planned: an object of measures, each with a number for what a group of it comes to.</summary>
    private static Dictionary<(string, string), decimal> Plan(JsonElement json)
    {
        var targets = new Dictionary<(string, string), decimal>();
        Demand(json.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined, "targets", "must be an object of measures");
        foreach (var item in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().ToList() : [])
        {
            var measure = CrisisMeasure.All.FirstOrDefault(measure => measure.Id == item.Name)
                ?? throw Wrong($"targets.{item.Name}", "is no measure of this server");
            var groups = MeasureWords.GroupsOf(measure.Kind);
            foreach (var (group, number) in Numbers(item.Value, $"targets.{item.Name}"))
            {
                var element = $"targets.{item.Name}.{group}";
                Demand(groups.Contains(group), element, $"is not one of {string.Join(", ", groups)}");
                Demand(
                    number >= 0 && (measure.Kind != MeasureKind.Share || number <= 100), element, "must be 0 or more; a share 100 at most");
                targets[(measure.Id, group)] = number;
            }
        }

        return targets;
    }

    private static int Days(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? 10
        : json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var days) && days is >= 3 and <= 90
            ? days
            : throw Wrong("daysUntilFrozen", "must be a whole number from 3 to 90: facts are owed for three days");

    private static List<string> Names(JsonElement root, string name)
    {
        var names = root.Items(name).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : string.Empty).ToList();
        Demand(
            names.Count <= MostNames && names.All(text => text.Length is > 0 and <= 60) && names.Distinct().Count() == names.Count,
            name,
            $"must be at most {MostNames} different names of at most 60 characters");
        Demand(!names.Exists(text => text is Strata.Other or Strata.Unknown), name, "has no other or unknown: reports have them anyway");
        return names;
    }

    private static Dictionary<string, decimal> Costs(JsonElement json)
    {
        var costs = Numbers(json, "costPerHour");
        foreach (var (model, cost) in costs)
        {
            Demand(ResponseModels.IsKnown(model), $"costPerHour.{model}", $"is not one of {string.Join(", ", ResponseModels.All)}");
            Demand(cost is >= 0 and <= 100_000, $"costPerHour.{model}", "must be from 0 to 100000");
        }

        return costs;
    }

    private static Dictionary<string, decimal> Shares(JsonElement json)
    {
        var shares = Numbers(json, "funding");
        foreach (var source in shares.Keys.Where(source => !Sources.Contains(source)))
        {
            Demand(false, $"funding.{source}", $"is not one of {string.Join(", ", Sources)}");
        }

        Demand(shares.Values.All(share => share >= 0), "funding", "has no share below 0");
        var sum = shares.Values.Sum();
        Demand(sum == 1, "funding", $"must sum to 1, and sums to {sum.ToString(CultureInfo.InvariantCulture)}");
        return Sources.ToDictionary(source => source, source => shares.GetValueOrDefault(source));
    }

    private static Dictionary<string, decimal> Numbers(JsonElement json, string name)
    {
        Demand(json.ValueKind == JsonValueKind.Object, name, "must be an object of names, each with a number");
        return json.EnumerateObject().ToDictionary(
            item => item.Name,
            item => item.Value.ValueKind == JsonValueKind.Number && item.Value.TryGetDecimal(out var number)
                ? number
                : throw Wrong($"{name}.{item.Name}", "must be a number"));
    }

    private static void Demand(bool holds, string element, string rule)
    {
        if (!holds)
        {
            throw Wrong(element, rule);
        }
    }

    private static FormatException Wrong(string element, string rule) => new($"{element} {rule}.");
}
