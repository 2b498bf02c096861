namespace Interop.Server.Tests.Measures;

/// <summary>What the test knows of one case that it wrote, in its own words.</summary>
/// <param name="Outcome">Null where nobody said.</param>
/// <param name="Amount">Minutes or money.</param>
internal sealed record PlainCase(string Measure, PlainPerson Person, DateTimeOffset At, bool? Outcome, decimal? Amount, string? Model);

/// <summary>Somebody whom the test invented; null is what her record does not say.</summary>
internal sealed record PlainPerson(
    string Id,
    string? Race,
    string? Ethnicity,
    string? BirthSex,
    string? Gender,
    DateOnly? Born,
    string? Language,
    string? District)
{
    /// <summary>A code of what was said of it.</summary>
    public string? Orientation { get; init; }

    /// <summary>What was said of where she lives, and on which day: the earliest first.</summary>
    public IReadOnlyList<(DateOnly Day, string Answer)> Homes { get; init; } = [];

    /// <summary>What was asked of her, as Observations.</summary>
    public IEnumerable<string> Observations =>
    [
        .. Orientation is null ? [] : new[] { Observation("orientation", "76690-7", "http://snomed.info/sct", Orientation, null) },
        .. Homes.Select((home, number) => Observation($"home{number}", "71802-3", "http://loinc.org", home.Answer, home.Day)),
    ];

    public string Json
    {
        get
        {
            const string core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";
            const string omb = "urn:oid:2.16.840.1.113883.6.238";
            var extensions = new List<string>();
            Add(Race, code => Omb("race", code));
            Add(Ethnicity, code => Omb("ethnicity", code));
            Add(BirthSex, code => $$"""{"url":"{{core}}birthsex","valueCode":"{{code}}"}""");
            Add(Gender, code => $$"""
                {"url":"{{core}}genderIdentity","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"{{code}}"}]} }
                """);
            return $$"""
                {"resourceType":"Patient","id":"{{Id}}","active":true,"name":[{"family":"Invented"}]
                {{(extensions.Count == 0 ? "" : $",\"extension\":[{string.Join(',', extensions)}]")}}
                {{(Born is { } day ? $",\"birthDate\":\"{day:yyyy-MM-dd}\"" : "")}}
                {{(Language is null ? "" : $",\"communication\":[{{\"language\":{Coded("urn:ietf:bcp:47", Language)}}}]")}}
                {{(District is null ? "" : $",\"address\":[{{\"district\":\"{District}\"}}]")}} }
                """;

            void Add(string? code, Func<string, string> write)
            {
                if (code is not null)
                {
                    extensions.Add(write(code));
                }
            }

            static string Coded(string system, string code) =>
                $$"""{"coding":[{"system":"{{system}}","code":"{{code}}"}]}""";

            string Omb(string name, string code) => $$"""
                {"url":"{{core}}{{name}}","extension":[{"url":"ombCategory","valueCoding":{"system":"{{omb}}","code":"{{code}}"} },
                {"url":"text","valueString":"{{code}}"}]}
                """;
        }
    }

    /// <summary>The group of a kind in which a report has her on a day; <c>unknown</c> where her record does not say.</summary>
    public string GroupOf(string kind, DateTimeOffset at, string? model) => kind switch
    {
        "race" => Race,
        "ethnicity" => Ethnicity,
        "birth-sex" => BirthSex,
        "gender-identity" => Gender,
        "sexual-orientation" => Orientation is "OTH" ? "other" : Orientation,
        "housing" => Homes.LastOrDefault(home => home.Day <= DateOnly.FromDateTime(at.Date)).Answer switch
        {
            "LA30189-7" or "LA31993-1" => "housed", "LA31994-9" => "housing-at-risk", "LA31995-6" => "unhoused", _ => null,
        },
        "age" => Born is { } born ? Band(born, DateOnly.FromDateTime(at.Date)) : null,
        "language" => Language is null or "en" or "es" ? Language : "other",
        "district" => District is null or "North" or "South" ? District : "other",
        _ => model,
    } ?? "unknown";

    private string Observation(string name, string code, string system, string answer, DateOnly? day) => $$"""
        {"resourceType":"Observation","id":"{{Id}}-{{name}}","status":"final",
        {{(day is { } known ? $"\"effectiveDateTime\":\"{known:yyyy-MM-dd}\"," : "")}}
        "code":{"coding":[{"system":"http://loinc.org","code":"{{code}}"}]},"subject":{"reference":"Patient/{{Id}}"},
        "valueCodeableConcept":{"coding":[{"system":"{{system}}","code":"{{answer}}"}]} }
        """;

    private static string Band(DateOnly born, DateOnly day)
    {
        var years = ((day.Year * 10_000) + (day.Month * 100) + day.Day - ((born.Year * 10_000) + (born.Month * 100) + born.Day)) / 10_000;
        return years < 18 ? "0-17" : years < 26 ? "18-25" : years < 45 ? "26-44" : years < 65 ? "45-64" : "65-";
    }
}
