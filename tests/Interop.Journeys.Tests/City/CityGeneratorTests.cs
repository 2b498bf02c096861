using System.Security.Cryptography;
using System.Text.Json;
using Interop.Demo.City;
using Interop.Fhir.Validation;

namespace Interop.Journeys.Tests.City;

public sealed class CityGeneratorTests
{
    private const int Seed = 20261122;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.FromHours(-5));
    private static readonly Lazy<CityBundle[]> City = new(() => [.. CityGenerator.Generate(Seed, Now)]);
    private static readonly Lazy<JsonElement[]> All = new(() =>
        [.. City.Value.SelectMany(bundle => bundle.Resources).Select(resource => JsonDocument.Parse(resource.Json).RootElement)]);

    public static TheoryData<string> Types => new(
        "Patient", "RiskAssessment", "Flag", "Encounter", "Observation", "Condition", "MedicationStatement", "Procedure", "CarePlan",
        "ServiceRequest", "Task", "QuestionnaireResponse", "DocumentReference", "Communication", "Consent", "CareTeam", "Appointment",
        "Location", "HealthcareService", "Practitioner", "PractitionerRole", "Endpoint", "Provenance", "RelatedPerson", "Organization",
        "Contract", "Questionnaire");

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_does_not()
    {
        var again = Hash(CityGenerator.Generate(Seed, Now));

        Assert.Equal(Hash(City.Value), again);
        Assert.NotEqual(again, Hash(CityGenerator.Generate(Seed + 1, Now)));
    }

    [Fact]
    public void A_smaller_city_is_the_beginning_of_the_larger_one()
    {
        var small = CityGenerator.Generate(Seed, Now, 10).SelectMany(bundle => bundle.Resources).ToArray();
        var large = City.Value.SelectMany(bundle => bundle.Resources).Take(small.Length).ToArray();

        Assert.Equal(large.Select(it => it.Id), small.Select(it => it.Id));
    }

    [Fact]
    public void Every_resource_is_valid()
    {
        var wrong = City.Value.SelectMany(bundle => bundle.Resources)
            .SelectMany(resource => ResourceValidator.Validate(resource.Json).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"))
            .Distinct();

        Assert.Empty(wrong);
    }

    [Fact]
    public void Ids_are_unique_and_every_local_reference_resolves_to_something_earlier_or_in_the_same_bundle()
    {
        var known = new HashSet<string>();
        foreach (var bundle in City.Value)
        {
            foreach (var resource in bundle.Resources)
            {
                Assert.True(known.Add($"{resource.Type}/{resource.Id}"));
            }

            foreach (var resource in bundle.Resources)
            {
                Assert.Subset(known, References(JsonDocument.Parse(resource.Json).RootElement).ToHashSet());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_of_the_tier_table_is_there(string type) => Assert.Contains(All.Value, it => TypeOf(it) == type);

    [Fact]
    public void Organisations_and_agreements_come_first()
    {
        var types = City.Value.SelectMany(bundle => bundle.Resources).Select(resource => resource.Type).ToList();

        Assert.True(types.LastIndexOf("Organization") < types.IndexOf("Contract"));
        Assert.True(types.LastIndexOf("Contract") < types.IndexOf("Patient"));
    }

    [Theory]
    [InlineData("MH", "PSY", "BH", "SUD", "ETHUD", "OPIOIDUD", "PSYTHPN", "SDV", "HIV", "STD", "SEX", "GDIS", "SCA", "VIO", "TBOO")]
    [InlineData("PREGNANT", "MST", "ADOL", "COGN", "DVD", "EMOTDIS", "42CFRPart2", "V")]
    public void Every_label_is_there(params string[] labels)
    {
        var present = All.Value
            .Select(it => it.TryGetProperty("meta", out var meta) && meta.TryGetProperty("security", out var codes) ? codes : default)
            .Where(codes => codes.ValueKind == JsonValueKind.Array)
            .SelectMany(codes => codes.EnumerateArray())
            .Select(code => code.GetProperty("code").GetString())
            .ToHashSet();

        Assert.Subset(present, labels.ToHashSet<string?>());
    }

    [Fact]
    public void Consents_are_there_in_every_state()
    {
        var consents = Of("Consent").ToArray();
        bool Any(Func<JsonElement, bool> condition) => consents.Any(condition);

        Assert.Equal(["active", "draft", "inactive", "rejected"], consents.Select(StatusOf).Distinct().Order());
        Assert.All(
            new[] { "basic", "intermediate", "full" },
            tier => Assert.True(Any(it => StatusOf(it) == "active" && Says(it, $"\"code\":\"{tier}\""))));
        Assert.True(Any(it => it.GetProperty("provision").GetProperty("type").GetString() == "deny"));
        Assert.True(Any(it => StatusOf(it) == "active" && PeriodEnd(it) < Now));
        Assert.True(Any(it => it.GetProperty("provision").TryGetProperty("class", out _)));
        Assert.True(Any(it => Says(it, "part2-consent") && it.TryGetProperty("verification", out _)));
        Assert.True(Any(it => Says(it, "part2-consent") && !it.TryGetProperty("verification", out _)));
    }

    [Fact]
    public void Referrals_are_there_in_every_state_and_say_why_where_they_must()
    {
        var referrals = Of("Task").Where(it => Says(it, "fulfill-referral")).ToArray();

        Assert.Equal(
            ["accepted", "cancelled", "completed", "draft", "failed", "in-progress", "on-hold", "received", "rejected", "requested"],
            referrals.Select(StatusOf).Distinct().Order());
        Assert.All(
            referrals.Where(it => StatusOf(it) is "rejected" or "cancelled" or "failed" or "on-hold"),
            it => Assert.True(it.TryGetProperty("statusReason", out _)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-7)]
    [InlineData(int.MaxValue)]
    public void Another_seed_has_all_types_and_states_too(int seed)
    {
        var city = CityGenerator.Generate(seed, Now).SelectMany(bundle => bundle.Resources).ToArray();
        int States(string type) => city.Where(it => it.Type == type)
            .Select(it => StatusOf(JsonDocument.Parse(it.Json).RootElement)).Distinct().Count();

        Assert.Equal(27, city.Select(it => it.Type).Distinct().Count());
        Assert.Equal(4, States("Consent"));
        Assert.Equal(10, States("Task"));
        Assert.All(city, it => Assert.Empty(ResourceValidator.Validate(it.Json)));
    }

    [Fact]
    public void Shares_are_those_of_the_load_model()
    {
        var encounters = Of("Encounter").Where(it => Says(it, "response-model")).ToArray();
        double Share(Func<JsonElement, bool> condition) => encounters.Count(condition) / (double)encounters.Length;
        double PerEncounter(int count) => count / (double)encounters.Length;

        Assert.InRange(encounters.Length, 500, 1200);
        Assert.InRange(PerEncounter(Of("Task").Count(it => Says(it, "fulfill-referral"))), 0.5, 0.7);
        Assert.InRange(PerEncounter(Of("Consent").Count()), 0.6, 0.8);
        Assert.InRange(PerEncounter(Of("Task").Count(it => Says(it, "follow-up-48h"))), 0.5, 0.7);
        Assert.InRange(Share(it => Says(it, "\"crt\"")), 0.38, 0.52);
        Assert.InRange(Share(it => StatusOf(it) == "cancelled"), 0.01, 0.08);
        Assert.InRange(Share(it => Hour(it) is >= 10 and < 22), 0.60, 0.80);
        Assert.InRange(Share(it => Hour(it) is >= 1 and < 6), 0.03, 0.14);
    }

    [Fact]
    public void Follow_ups_wait_some_still_in_time_and_some_overdue()
    {
        var due = Of("Task")
            .Where(it => Says(it, "follow-up-48h") && (StatusOf(it) is "requested" or "accepted" or "in-progress"))
            .Select(it => it.GetProperty("restriction").GetProperty("period").GetProperty("end").GetDateTimeOffset())
            .ToArray();

        Assert.InRange(due.Count(end => end > Now), 10, 60);
        Assert.Contains(due, end => end < Now);
    }

    [Fact]
    public void Nothing_is_recorded_that_has_not_happened_yet() =>
        Assert.All(
            All.Value.Where(it => TypeOf(it) is "Encounter" or "Observation" or "Communication" or "Provenance" or "RiskAssessment"),
            it => Assert.All(Instants(it), instant => Assert.True(instant <= Now)));

    [Fact]
    public void A_few_people_have_many_encounters()
    {
        var counts = Of("Encounter").GroupBy(it => it.GetProperty("subject").GetProperty("reference").GetString())
            .Select(it => it.Count())
            .ToArray();

        Assert.True(counts.Max() >= 60);
        Assert.True(counts.Order().ElementAt(counts.Length / 2) <= 2);
    }

    [Fact]
    public void What_did_not_happen_is_said()
    {
        var arrests = Of("Observation").Where(it => Says(it, "\"arrest\"")).ToArray();

        Assert.Contains(arrests, it => !it.GetProperty("valueBoolean").GetBoolean());
        Assert.Contains(arrests, it => it.GetProperty("valueBoolean").GetBoolean());
        Assert.Equal(
            9,
            Of("ServiceRequest").Where(it => Says(it, "not-sent-reason\",\"value"))
                .Select(it => it.GetProperty("extension")[0].GetProperty("valueCodeableConcept").GetProperty("coding")[0])
                .Select(coding => coding.GetProperty("code").GetString())
                .Distinct()
                .Count());
    }

    [Fact]
    public void Telephone_numbers_are_of_the_block_that_nobody_has() =>
        Assert.All(
            All.Value.SelectMany(it => it.TryGetProperty("telecom", out var telecom) ? telecom.EnumerateArray() : default),
            it => Assert.StartsWith("555-01", it.GetProperty("value").GetString(), StringComparison.Ordinal));

    private static IEnumerable<JsonElement> Of(string type) => All.Value.Where(it => TypeOf(it) == type);

    private static string TypeOf(JsonElement resource) => resource.GetProperty("resourceType").GetString()!;

    private static string StatusOf(JsonElement resource) => resource.GetProperty("status").GetString()!;

    private static bool Says(JsonElement resource, string text) => resource.GetRawText().Contains(text, StringComparison.Ordinal);

    private static int Hour(JsonElement encounter) =>
        DateTimeOffset.Parse(encounter.GetProperty("period").GetProperty("start").GetString()!, null).Hour;

    private static DateTimeOffset? PeriodEnd(JsonElement consent) =>
        consent.GetProperty("provision").GetProperty("period").TryGetProperty("end", out var end) ? end.GetDateTimeOffset() : null;

    private static IEnumerable<DateTimeOffset> Instants(JsonElement resource) =>
        new[] { "effectiveDateTime", "occurrenceDateTime", "sent", "recorded" }
            .Select(name => resource.TryGetProperty(name, out var value) ? value : default)
            .Append(resource.TryGetProperty("period", out var period) && period.TryGetProperty("end", out var end) ? end : default)
            .Where(value => value.ValueKind == JsonValueKind.String)
            .Select(value => value.GetDateTimeOffset());

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "reference", Value.ValueKind: JsonValueKind.String }
                ? [member.Value.GetString()!]
                : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static string Hash(IEnumerable<CityBundle> city)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in city.SelectMany(bundle => bundle.Resources))
        {
            hash.AppendData(resource.Json);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
