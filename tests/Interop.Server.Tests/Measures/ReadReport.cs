using System.Text.Json;

namespace Interop.Server.Tests.Measures;

/// <summary>A MeasureReport as somebody reads it who knows FHIR and nothing of this server.</summary>
internal sealed record ReadReport(string Measure, DateOnly Start, int Months, JsonElement Json)
{
    private const string Masked = "masked";

    /// <summary>All places: in all, and each group of each kind.</summary>
    public IEnumerable<(string Kind, string Group, JsonElement Json)> Places(string code = "")
    {
        var group = Json.GetProperty("group").EnumerateArray().First(item => code.Length == 0 || CodeOf(item.GetProperty("code")) == code);
        yield return (string.Empty, string.Empty, group);
        foreach (var kind in Items(group, "stratifier"))
        {
            foreach (var stratum in kind.GetProperty("stratum").EnumerateArray())
            {
                yield return (CodeOf(kind.GetProperty("code")[0]), CodeOf(stratum.GetProperty("value")), stratum);
            }
        }
    }

    /// <summary>How many there are, count, and are missing: null where that is masked.</summary>
    public static (long? Cases, long? Yes, long? Missing) CountsOf(JsonElement place)
    {
        var counts = place.GetProperty("population").EnumerateArray().ToDictionary(item => CodeOf(item.GetProperty("code")), CountOf);
        return counts.TryGetValue("numerator", out var yes)
            ? (counts["denominator"], yes, counts["denominator-exclusion"])
            : (counts["initial-population"], counts["measure-population"], counts["measure-population-exclusion"]);
    }

    /// <summary>The score, or why there is none.</summary>
    public static (decimal? Value, string? Why) ScoreOf(JsonElement place)
    {
        var score = place.GetProperty("measureScore");
        return score.TryGetProperty("value", out var value) ? (value.GetDecimal(), null) : (null, WhyOf(score));
    }

    private static long? CountOf(JsonElement population)
    {
        if (population.TryGetProperty("count", out var count))
        {
            return count.GetInt64();
        }

        Assert.Equal(Masked, WhyOf(population.GetProperty("_count")));
        return null;
    }

    private static string WhyOf(JsonElement element)
    {
        var extension = element.GetProperty("extension")[0];
        Assert.Equal("http://hl7.org/fhir/StructureDefinition/data-absent-reason", extension.GetProperty("url").GetString());
        return extension.GetProperty("valueCode").GetString()!;
    }

    private static string CodeOf(JsonElement concept) =>
        (concept.TryGetProperty("coding", out var coding) ? coding[0].GetProperty("code") : concept.GetProperty("text")).GetString()!;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var items) ? items.EnumerateArray() : [];
}
