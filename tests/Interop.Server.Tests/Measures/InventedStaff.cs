using System.Globalization;

namespace Interop.Server.Tests.Measures;

/// <summary>A roster, invented: as FHIR for the server, and as plain facts for who counts again.</summary>
internal sealed class InventedStaff
{
    private const string Base = Fixtures.Base;

    private readonly List<Person> people = [];

    /// <param name="first">The first day of the first month.</param>
    public InventedStaff(int seed, DateOnly first, int months, int size)
    {
        var random = new Random(seed);
        for (var number = 0; number < size; number++)
        {
            var from = first.AddDays(random.Next(-300, 20 * months));
            DateOnly? to = random.Next(4) == 0 ? from.AddDays(random.Next(30, 200)) : null;
            var trainings = new List<(string Code, DateOnly Day, decimal Hours, decimal HandsOn)>();
            if (random.Next(6) > 0)
            {
                trainings.Add(("joint-training", from.AddDays(3), random.Next(3) == 0 ? 24.5m : 40, random.Next(4) == 0 ? 8 : 20));
            }

            for (var day = from.AddDays(80); trainings.Count > 0 && day < first.AddMonths(months); day = day.AddDays(random.Next(50, 150)))
            {
                trainings.Add((random.Next(2) == 0 ? "refresher" : "cit", day, 4.25m, 2));
            }

            people.Add(new($"staff-{number}", from, to, IsUnclear: random.Next(15) == 0 && to is null, trainings));
        }
    }

    public IEnumerable<string> Resources => people.SelectMany(person => new[]
    {
        $$"""
        {"resourceType":"Practitioner","id":"{{person.Id}}","name":[{"family":"Invented"}]
        {{(person.Trainings.Count == 0 ? "" : $",\"qualification\":[{string.Join(',', person.Trainings.Select(Training))}]")}} }
        """,
        $$"""
        {"resourceType":"PractitionerRole","id":"{{person.Id}}-role",
        "active":{{(person.To is null && !person.IsUnclear ? "true" : "false")}},
        "period":{"start":"{{Day(person.From)}}"{{(person.To is { } end ? $",\"end\":\"{Day(end)}\"" : "")}} },
        "practitioner":{"reference":"Practitioner/{{person.Id}}"},"organization":{"reference":"Organization/crisis-program"} }
        """,
    });

    /// <summary>Of each who was there in a month: how the measure has it (null where nobody said), how much, and who it is.</summary>
    public IReadOnlyList<(string Id, bool? Outcome, decimal Amount)> Cases(string measure, DateOnly first, int months) =>
    [
        .. Enumerable.Range(0, months).Select(first.AddMonths).SelectMany(month =>
        {
            var last = month.AddMonths(1).AddDays(-1);
            return people.Where(person => person.From <= last && (person.To is not { } to || to >= month)).Select(person =>
            {
                var had = person.Trainings.Where(training => training.Day <= last).ToList();
                var joint = had.Where(training => training.Code == "joint-training").ToList();
                var now = had.Where(training => training.Day >= month).ToList();
                var isTold = had.Count > 0;
                return measure switch
                {
                    "training-complete" =>
                        (person.Id, isTold ? joint.Sum(it => it.Hours) >= 40 && joint.Sum(it => it.HandsOn) >= 20 : (bool?)null, 0m),
                    "refresher-current" => (person.Id, isTold ? had.Exists(it => it.Day >= month.AddMonths(-2)) : null, 0),
                    "training-hours" => (person.Id, isTold ? true : null, now.Sum(it => it.Hours)),
                    "hands-on-hours" => (person.Id, isTold ? true : null, now.Sum(it => it.HandsOn)),
                    _ => (person.Id, person.IsUnclear ? null : person.To <= last, 0),
                };
            });
        }),
    ];

    private static string Training((string Code, DateOnly Day, decimal Hours, decimal HandsOn) training) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"code":{"coding":[{"system":"{{Base}}/CodeSystem/crisis-training","code":"{{training.Code}}"}]},
        "period":{"start":"{{Day(training.Day)}}"},"extension":[{"url":"{{Base}}/StructureDefinition/training-hours","extension":[
        {"url":"hours","valueDecimal":{{training.Hours}} },{"url":"handsOn","valueDecimal":{{training.HandsOn}} }]}]}
        """);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Person(
        string Id, DateOnly From, DateOnly? To, bool IsUnclear,
        IReadOnlyList<(string Code, DateOnly Day, decimal Hours, decimal HandsOn)> Trainings);
}
