using System.Globalization;
using Interop.Server.Tests.Measures;

namespace Interop.Server.Tests.EarlyIntervention;

/// <summary>Who comes again soon in an invented city, and whether that has anything to do with how often she came before.</summary>
internal enum Pattern
{
    /// <summary>Some come often and go on to, others seldom.</summary>
    Persistent,

    /// <summary>Whether somebody comes again soon is a coin's fall each time.</summary>
    Random,

    /// <summary>As the first, but for who speaks Spanish: who has just come again soon does not, and the other way round.</summary>
    Unfair,
}

/// <summary>Almost three years of crisis encounters of a city, with what became of each.</summary>
internal static class InventedHistory
{
    private static readonly DateTimeOffset First = new(2024, 1, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Last = new(2026, 11, 14, 0, 0, 0, TimeSpan.Zero);

    public static string[] Of(int seed, int persons, Pattern pattern)
    {
        var random = new Random(seed);
        var resources = new List<string>();
        for (var number = 0; number < persons; number++)
        {
            var id = $"h{number}";
            var isSpanish = number % 3 == 0;
            resources.Add(new PlainPerson(
                id,
                number % 2 == 0 ? "2106-3" : "2054-5",
                number % 4 == 0 ? null : "2186-5",
                number % 5 < 2 ? "F" : "M",
                null,
                new DateOnly(1960 + (number % 40), 5, 1),
                isSpanish ? "es" : "en",
                number % 2 == 0 ? "North" : "South").Json);
            var (isFrequent, wasSoon) = (random.NextDouble() < 0.4, random.Next(2) == 0);
            var time = First.AddDays(random.Next(200));
            for (var visit = 0; time < Last; visit++)
            {
                resources.AddRange(Visit($"{id}-{visit}", id, time, random));
                var soon = pattern == Pattern.Random ? 0.5
                    : pattern == Pattern.Unfair && isSpanish ? wasSoon ? 0.05 : 0.95
                    : isFrequent ? 0.85
                    : 0.15;
                wasSoon = random.NextDouble() < soon;
                time = time.AddDays(wasSoon ? random.Next(15, 60) : random.Next(100, 160)).AddMinutes(random.Next(600));
            }
        }

        return [.. resources];
    }

    /// <summary>A finished encounter with one fact about it.</summary>
    public static IEnumerable<string> Visit(string id, string person, DateTimeOffset time, Random? random = null)
    {
        yield return $$"""
            {"resourceType":"Encounter","id":"{{id}}","status":"finished",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "subject":{"reference":"Patient/{{person}}"},"period":{"start":"{{Text(time)}}","end":"{{Text(time.AddHours(1))}}"},
            "serviceProvider":{"reference":"Organization/crisis-program"} }
            """;
        if (random?.Next(3) == 0)
        {
            yield return Fact(id, person, "ed-transport", random.Next(4) == 0);
        }
    }

    public static string Fact(string visit, string person, string code, bool value) => $$"""
        {"resourceType":"Observation","id":"{{visit}}-{{code}}","status":"final","code":{"coding":[
        {"system":"{{Fixtures.Base}}/CodeSystem/crisis-observation","code":"{{code}}"}]},"subject":{"reference":"Patient/{{person}}"},
        "encounter":{"reference":"Encounter/{{visit}}"},"valueBoolean":{{(value ? "true" : "false")}} }
        """;

    public static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
