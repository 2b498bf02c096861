using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Interop.Fhir;
using Interop.Sharing.Limited;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Sharing.Tests.Redaction;

namespace Interop.Sharing.Tests.Limited;

public sealed partial class LimitedDataSetTests
{
    private static readonly LimitedDataSet Set = LimitedDataSet.Load(null, (_, code) => code is "arrest" or "crisis-program");
    private static readonly Evaluator One = new("one evaluator's key, 32 bytes or"u8.ToArray(), "one agency's key"u8.ToArray(), Desk.Now);
    private static readonly Evaluator Other = new("another evaluator's key, 32 byte"u8.ToArray(), "another agency's"u8.ToArray(), Desk.Now);
    private static readonly string TableText =
        File.ReadAllText(Path.Combine(Repository.Root, "profiles", "sharing", "limited-data-set.json"));

    public static TheoryData<string> Types => [.. Set.Types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Of_a_resource_with_everything_in_it_nothing_leaves_that_names_anybody(string type)
    {
        var seeded = Seeded.Resource(type);
        if (type == "Observation")
        {
            seeded["code"] = Concept("https://interop.example/fhir/CodeSystem/crisis-observation", "arrest");
        }

        var shown = Shown(seeded, One)!;

        var text = shown.ToJsonString();
        Assert.DoesNotContain(Seeded.Mark, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Seeded.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Seeded.Day, text, StringComparison.Ordinal);
        Assert.DoesNotContain("10:17", text, StringComparison.Ordinal);
        Assert.All(Dates().Matches(text), date => Assert.Equal(DayOfWeek.Monday, DateTime.Parse(date.Value, null).DayOfWeek));
        Assert.DoesNotContain("\"value\":95", text, StringComparison.Ordinal);
        Assert.True(shown.Count > 3, text);
        Assert.Equal(One.PseudonymOf(new(type, Seeded.Id)), shown["id"]!.GetValue<string>());
    }

    [Fact]
    public void References_and_ids_of_one_evaluator_agree_and_of_two_do_not()
    {
        var encounter = JsonNode.Parse(Fixtures.Encounter("e", "p"))!.AsObject();
        var patient = JsonNode.Parse(Fixtures.Patient("p"))!.AsObject();

        var reference = Shown(encounter, One)!["subject"]!["reference"]!.GetValue<string>();

        Assert.Equal(reference, $"Patient/{Shown(patient, One)!["id"]}");
        Assert.NotEqual(reference, $"Patient/{Shown(patient, Other)!["id"]}");
        Assert.NotEqual(reference, Shown(encounter, Other)!["subject"]!["reference"]!.GetValue<string>());
        Assert.Null(Shown(encounter, One, visible: [])!["subject"]); // as if it were not there
    }

    [Fact]
    public void Weeks_between_a_persons_dates_stay_and_are_shifted_by_person_and_agency()
    {
        var weeks = Enumerable.Range(0, 60).Select(number => (
            First: Day($"p{number}", "2026-03-02", One), Later: Day($"p{number}", "2026-03-22T23:59:59-08:00", One),
            Else: Day($"p{number}", "2026-03-02", Other))).ToList();

        Assert.All(weeks, pair => Assert.Equal(14, (pair.Later - pair.First).Days));
        Assert.All(weeks, pair => Assert.InRange((new DateTime(2026, 3, 2) - pair.First).Days, 7, 26 * 7));
        Assert.True(weeks.Select(pair => pair.First).Distinct().Count() > 15);
        Assert.Contains(weeks, pair => pair.First != pair.Else);
        Assert.Equal(Day("p1", "2026-03-02", One), Day("p1", "2026-03-08", One)); // Monday and Sunday
    }

    [Theory]
    [InlineData("1931-05-14", "1936")]
    [InlineData("1900", "1936")]
    [InlineData("1988-12-30", "1988")]
    [InlineData("0001-01-01", null)]
    public void Of_a_birth_date_the_year_leaves_and_whoever_is_over_89_is_in_one_group(string born, string? year)
    {
        var patient = JsonNode.Parse(Fixtures.Patient("p"))!.AsObject();
        patient["birthDate"] = born;

        Assert.Equal(year, Shown(patient, One)!["birthDate"]?.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"value": 95, "system": "http://unitsofmeasure.org", "code": "a"}""", "90")]
    [InlineData("""{"value": 1140, "system": "http://unitsofmeasure.org", "code": "mo"}""", null)]
    [InlineData("""{"value": 41, "system": "http://unitsofmeasure.org", "code": "a"}""", "41")]
    [InlineData("""{"value": 95, "unit": "years"}""", null)]
    [InlineData("""{"value": 5550100, "system": "http://unitsofmeasure.org", "code": "1"}""", null)]
    [InlineData("""{"value": 47.60621, "system": "http://unitsofmeasure.org", "code": "1"}""", null)]
    public void A_quantity_leaves_with_a_unit_that_tells_whether_it_is_an_age(string quantity, string? value)
    {
        var condition = JsonNode.Parse(Fixtures.Condition("c", "p"))!.AsObject();
        condition["onsetAge"] = JsonNode.Parse(quantity);

        Assert.Equal(value, Shown(condition, One)!["onsetAge"]?["value"]?.ToJsonString());
    }

    [Fact]
    public void What_changes_the_meaning_takes_all_with_it_where_it_does_not_leave()
    {
        foreach (var (name, value) in new[]
        {
            ("verificationStatus", (JsonNode)Concept("urn:local", "refuted")),
            ("implicitRules", JsonValue.Create("urn:x")),
            ("modifierExtension", new JsonArray(new JsonObject { ["url"] = "urn:x", ["valueBoolean"] = true })),
        })
        {
            var condition = JsonNode.Parse(Fixtures.Condition("c", "p"))!.AsObject();
            condition[name] = value;
            Assert.Null(Shown(condition, One));
        }
    }

    [Fact]
    public void What_is_labelled_or_about_two_persons_or_of_another_type_does_not_leave()
    {
        var condition = JsonNode.Parse(Fixtures.Condition("c", "p"))!.AsObject();

        Assert.NotNull(Shown(condition, One));
        Assert.Null(Shown(condition, One, labels: Labels.Mh));
        Assert.Null(Shown(condition, One, patients: ["p", "q"]));
        Assert.Null(Shown(new() { ["resourceType"] = "Practitioner", ["id"] = "x", ["active"] = true }, One));
        Assert.Null(Shown(JsonNode.Parse("""
            {"resourceType": "Observation", "id": "o", "status": "final", "valueInteger": 95,
             "code": {"coding": [{"system": "http://loinc.org", "code": "30525-0"}]}}
            """)!.AsObject(), One));
    }

    [Theory]
    [InlineData("\"gender\"", "\"name\"", "Patient.name is of a type that does not leave")]
    [InlineData("\"gender\"", "\"identifier\"", "Patient.identifier is of a type that does not leave")]
    [InlineData("\"gender\"", "\"photo\"", "Patient.photo is of a type that does not leave")]
    [InlineData("\"gender\"", "\"text\"", "Patient.text is of a type that does not leave")]
    [InlineData("\"gender\"", "\"address.line\"", "Patient.address.line leads into an element that is listed as a whole")]
    [InlineData("\"gender\"", "\"nickname\"", "R4 has no element Patient.nickname")]
    [InlineData("\"gender\", ", "", null)]
    [InlineData("\"deceasedDateTime\", ", "", "Patient.deceasedDateTime is a modifier and is not listed")]
    [InlineData("\"weeks\": 26", "\"weeks\": 0", "weeks is a number from 1 to 52")]
    [InlineData("\"oldestAge\": 89", "\"oldestAge\": 120", "oldestAge is a number from 18 to 89")]
    [InlineData("\"cleared\": []", "\"cleared\": [\"XYZ\"]", "XYZ")]
    [InlineData("\"cleared\": []", "\"cleared\": [\"PREDICTION\"]", "predictions")]
    [InlineData("\"Location\": {", "\"Place\": {", "R4 has no resource type Place")]
    public void A_table_that_lets_too_much_out_is_none(string was, string now, string? problem)
    {
        var table = Encoding.UTF8.GetBytes(ReplaceOnce(TableText, was, now));

        if (problem is null)
        {
            Assert.NotNull(LimitedDataSet.Load(table, (_, _) => false));
        }
        else
        {
            var wrong = Assert.Throws<PolicyException>(() => LimitedDataSet.Load(table, (_, _) => false));
            Assert.Contains(problem, wrong.Message, StringComparison.Ordinal);
        }
    }

    private static DateTime Day(string patient, string day, Evaluator evaluator)
    {
        var condition = JsonNode.Parse(Fixtures.Condition("c", patient))!.AsObject();
        condition["recordedDate"] = day;
        return DateTime.Parse(Shown(condition, evaluator, patients: [patient])!["recordedDate"]!.GetValue<string>(), null);
    }

    private static JsonObject Concept(string system, string code) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

    /// <param name="visible">Patients; all where it is null.</param>
    private static JsonObject? Shown(
        JsonObject resource, Evaluator evaluator, string[]? visible = null, long labels = 0, string[]? patients = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(resource);
        var seen = new SeenResource(Desk.KeyOf(body), 1, false, Tier.Own, false, Desk.Now, labels, body) { Patients = patients ?? ["p"] };
        var targets = visible is null ? [.. LimitedDataSet.References(seen)] : visible.Select(id => new ResourceKey("Patient", id));
        return Set.Disclose(seen, targets.ToHashSet(), evaluator) is { } shown ? JsonNode.Parse(shown.Body.Span)!.AsObject() : null;
    }

    private static string ReplaceOnce(string text, string was, string now)
    {
        var at = text.IndexOf(was, StringComparison.Ordinal);
        Assert.True(at >= 0);
        return string.Concat(text.AsSpan(0, at), now, text.AsSpan(at + was.Length));
    }

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    private static partial Regex Dates();
}
