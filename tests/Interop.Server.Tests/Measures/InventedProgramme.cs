using System.Globalization;

namespace Interop.Server.Tests.Measures;

/// <summary>A programme's year, invented from a seed: as FHIR for the server, and as plain cases for who counts again.</summary>
internal sealed class InventedProgramme
{
    public const string Zone = "America/New_York";
    private const string Base = Fixtures.Base;
    private const string Tasks = $"{Base}/CodeSystem/crisis-task";

    public static readonly IReadOnlyDictionary<string, decimal> CostPerHour =
        new Dictionary<string, decimal> { ["crt"] = 180.5m, ["ccd"] = 75, ["co-response"] = 240 };

    private static readonly string[] Facts = ["arrest", "force-used", "ed-transport"];
    private static readonly string[] States =
        ["completed", "completed", "rejected", "failed", "accepted", "requested", "cancelled", "draft"];

    private static readonly string[] Homes = ["LA30189-7", "LA31993-1", "LA31993-1", "LA31994-9", "LA31995-6", "LA31995-6", "LA30122-8"];

    private static readonly double[] Shares = [0.06, 0.03, 0.2];

    private readonly Random random;
    private readonly List<string> resources = [];
    private readonly List<PlainCase> cases = [];
    private readonly TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(Zone);
    private int number;

    /// <param name="told">What of a person the records tell; null for all.</param>
    public InventedProgramme(int seed, DateOnly start, int months, int visits, Func<PlainPerson, PlainPerson>? told = null)
    {
        random = new(seed);
        told ??= person => person;
        var asked = new Random(seed + 1);
        var people = Enumerable.Range(0, visits / 2).Select(Invent).Select(person => told(Ask(person, asked, start, months))).ToList();

        // Somebody who calls all the time, and the only one of her group.
        var frequent = told(Invent(people.Count) with { Race = "2076-8", District = "North" });
        people.Add(frequent);
        resources.AddRange(people.SelectMany(person => person.Observations.Prepend(person.Json)));
        var ends = new Dictionary<PlainPerson, List<(DateTimeOffset Start, DateTimeOffset End)>>();
        for (var visit = 0; visit < visits; visit++)
        {
            Visit(random.Next(20) == 0 ? frequent : people[random.Next(people.Count)], When(start, months), ends);
        }

        foreach (var (person, spans) in ends)
        {
            foreach (var (begun, end) in spans)
            {
                var isRepeat = spans.Any(other => other.End != end && other.End <= begun && begun - other.End <= TimeSpan.FromDays(30));
                cases.Add(new("repeat-contact-30d", person, end, isRepeat, null, Model: cases.First(known =>
                    known.Measure == "arrest" && known.Person == person && known.At == end).Model));
            }
        }

        for (var task = 0; task < visits / 3; task++)
        {
            Referral(people[random.Next(people.Count)], When(start, months));
            Call(people[random.Next(people.Count)], When(start, months));
        }
    }

    public IReadOnlyList<string> Resources => resources;

    /// <summary>The cases whose time is within some months, in the zone of the site.</summary>
    public IReadOnlyList<PlainCase> Within(DateOnly start, int months) =>
    [
        .. cases.Select(plain => plain with { At = TimeZoneInfo.ConvertTime(plain.At, zone) })
            .Where(plain => DateOnly.FromDateTime(plain.At.Date) is var day && day >= start && day < start.AddMonths(months)),
    ];

    private PlainPerson Invent(int person) => new(
        $"p{person}",
        Maybe(0.85, ["2106-3", "2106-3", "2054-5", "2054-5", "2028-9", "1002-5"]),
        Maybe(0.7, ["2186-5", "2186-5", "2135-2"]),
        Maybe(0.9, ["F", "M"]),
        Maybe(0.5, ["446141000124107", "446151000124109", "446131000124102"]),
        random.NextDouble() < 0.9 ? new DateOnly(2026 - random.Next(12, 80), random.Next(1, 13), random.Next(1, 29)) : null,
        Maybe(0.9, ["en", "en", "en", "es", "vi"]),
        Maybe(0.8, ["North", "North", "South", "Harbour"]));

    /// <summary>Where half of the people live was asked twice, and not all of them live as before.</summary>
    private static PlainPerson Ask(PlainPerson person, Random asked, DateOnly start, int months) => person with
    {
        Orientation = asked.Next(10) switch { < 5 => "20430005", 5 => "38628009", 6 => "42035005", 7 => "OTH", _ => null },
        Homes =
        [
            .. new[] { start.AddDays(-asked.Next(1, 90)), start.AddDays(asked.Next(30 * months)) }.Take(asked.Next(3))
                .Select(day => (day, Homes[asked.Next(Homes.Length)])),
        ],
    };

    private string? Maybe(double share, string[] values) => random.NextDouble() < share ? values[random.Next(values.Length)] : null;

    private DateTimeOffset When(DateOnly start, int months)
    {
        var first = new DateTimeOffset(start.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var minutes = (int)(first.AddMonths(months) - first).TotalMinutes;
        return first.AddHours(5).AddMinutes(random.Next(minutes - 600)); // ends within, in the zone
    }

    private void Visit(
        PlainPerson person, DateTimeOffset start, Dictionary<PlainPerson, List<(DateTimeOffset Start, DateTimeOffset End)>> ends)
    {
        var id = $"v{number++}";
        var (minutes, end) = (random.Next(20, 120), start);
        end = start.AddMinutes(minutes);
        var response = random.NextDouble() < 0.7 ? random.Next(3, 50) : (int?)null;
        var (written, ordered) = (Maybe(0.6, ["crt", "ccd", "police"]), Maybe(0.3, ["crt", "co-response"]));
        var model = ordered ?? written;
        resources.Add($$"""
            {"resourceType":"Encounter","id":"{{id}}","status":"finished",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},
            "statusHistory":[{"status":"planned","period":{"start":"{{Text(start)}}"} }
            {{(response is { } after ? "," + Arrived(start.AddMinutes(after)) : "")}}],
            {{(written is null ? "" : $"\"type\":[{Concept("response-model", written)}],")}}
            "subject":{"reference":"Patient/{{person.Id}}"},"period":{"start":"{{Text(start)}}","end":"{{Text(end)}}"},
            "serviceProvider":{"reference":"Organization/crisis-program"} }
            """);
        if (ordered is not null)
        {
            resources.Add($$"""
                {"resourceType":"ServiceRequest","id":"{{id}}-order","status":"completed","intent":"order",
                "code":{{Concept("response-model", ordered)}},"subject":{"reference":"Patient/{{person.Id}}"},
                "encounter":{"reference":"Encounter/{{id}}"},"authoredOn":"{{Text(start)}}"}
                """);
        }

        for (var fact = 0; fact < Facts.Length; fact++)
        {
            bool? said = random.NextDouble() < 0.75 ? random.NextDouble() < Shares[fact] : null;
            cases.Add(new(Facts[fact], person, end, said, null, model));
            if (said is { } value)
            {
                resources.Add($$"""
                    {"resourceType":"Observation","id":"{{id}}-{{Facts[fact]}}","status":"final",
                    "code":{{Concept("crisis-observation", Facts[fact])}},"subject":{"reference":"Patient/{{person.Id}}"},
                    "encounter":{"reference":"Encounter/{{id}}"},"valueBoolean":{{(value ? "true" : "false")}} }
                    """);
            }
        }

        cases.Add(new("response-time", person, end, response is null ? null : true, response, model));
        var cost = model is not null && CostPerHour.TryGetValue(model, out var hour)
            ? Math.Round(hour * minutes / 60, 2, MidpointRounding.AwayFromZero)
            : (decimal?)null;
        cases.Add(new("cost", person, end, cost is null ? null : true, cost, model));
        FollowUp(id, person, end, model);
        if (!ends.TryGetValue(person, out var spans))
        {
            ends[person] = spans = [];
        }

        spans.Add((start, end));
    }

    private void FollowUp(string visit, PlainPerson person, DateTimeOffset end, string? model)
    {
        var (status, isMissed) = random.Next(10) switch
        {
            < 5 => ("completed", false), 5 => ("completed", true), 6 => ("failed", false), 7 => ("cancelled", false),
            8 => ("in-progress", false), _ => (string.Empty, false),
        };
        if (status.Length > 0)
        {
            resources.Add(Task($"{visit}-follow", Tasks, "follow-up-48h", status, person, end, visit));
        }

        if (isMissed)
        {
            resources.Add($$"""
                {"resourceType":"DetectedIssue","id":"{{visit}}-missed","status":"final",
                "code":{{Concept("detected-issue", "follow-up-missed")}},
                "patient":{"reference":"Patient/{{person.Id}}"},"implicated":[{"reference":"Task/{{visit}}-follow"}]}
                """);
        }

        if (status != "cancelled")
        {
            cases.Add(new(
                "follow-up-48h", person, end, isMissed || status == "failed" ? false : status == "completed" ? true : null, null, model));
        }
    }

    private void Referral(PlainPerson person, DateTimeOffset at)
    {
        var status = States[random.Next(States.Length)];
        resources.Add(Task($"r{number++}", "http://hl7.org/fhir/CodeSystem/task-code", "fulfill", status, person, at, null));
        if (status is not ("cancelled" or "draft"))
        {
            cases.Add(new(
                "referral-completed",
                person,
                at,
                status == "completed" ? true : status is "rejected" or "failed" ? false : null,
                null,
                null));
        }
    }

    private void Call(PlainPerson person, DateTimeOffset at)
    {
        var status = random.Next(8) switch { 0 => "cancelled", 1 => "requested", _ => "completed" };
        resources.Add(Task($"c{number++}", Tasks, "call-answer", status, person, at, null));
        if (status != "cancelled")
        {
            cases.Add(new("call-answered", person, at, status == "completed", null, null));
        }
    }

    private static string Task(
        string id, string system, string code, string status, PlainPerson person, DateTimeOffset at, string? encounter) => $$"""
        {"resourceType":"Task","id":"{{id}}","status":"{{status}}","intent":"order","code":{"coding":[{"system":"{{system}}",
        "code":"{{code}}"}]},"for":{"reference":"Patient/{{person.Id}}"},"authoredOn":"{{Text(at)}}",
        {{(encounter is null ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{encounter}\"}},")}}
        "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/crisis-program"} }
        """;

    private static string Arrived(DateTimeOffset at) => $$"""{"status":"arrived","period":{"start":"{{Text(at)}}"} }""";

    private static string Concept(string system, string code) =>
        $$"""{"coding":[{"system":"{{Base}}/CodeSystem/{{system}}","code":"{{code}}"}]}""";

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
