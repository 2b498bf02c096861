using System.Text.Json;
using Interop.Demo.City;
using Interop.Fhir;

namespace Interop.Journeys.Tests;

/// <summary>
/// The three persons of the demo city as four agencies see them, element by element. The tables are written by hand from the
/// tier allow list of the sharing document, not read from the policy that they check.
/// </summary>
public sealed class SeededPersonsTests(SeededPersonsTests.CityServer city) : IClassFixture<SeededPersonsTests.CityServer>
{
    private static readonly Dictionary<string, string> Basic = new()
    {
        ["Patient"] = "identifier active name telecom gender birthDate address communication.language communication.preferred link",
        ["RiskAssessment"] = "status subject occurrenceDateTime method.coding prediction.outcome prediction.qualitativeRisk "
            + "prediction.whenPeriod mitigation",
        ["Flag"] = "status category.coding code.coding subject period",
        ["Encounter"] = "status class subject period.start period.end",
        ["Observation"] = "status category code subject effectiveDateTime valueCodeableConcept interpretation",
        ["CarePlan"] = "status intent category.coding subject period activity.detail.status activity.detail.description",
        ["ServiceRequest"] = "status intent priority category subject occurrencePeriod authoredOn performer locationCode",
        ["Task"] =
            "status businessStatus intent priority code for executionPeriod authoredOn lastModified owner requester restriction.period "
            + "focus",
        ["Communication"] =
            "status category subject encounter sent received sender recipient payload statusReason topic about priority medium",
        ["Consent"] = "status scope category patient dateTime policy.uri provision.type provision.period provision.purpose provision.actor",
    };

    private static readonly Dictionary<string, string> Intermediate = new()
    {
        ["Patient"] =
            "contact.relationship contact.name contact.telecom generalPractitioner managingOrganization deceasedBoolean maritalStatus",
        ["RiskAssessment"] = "encounter code condition performer basis reasonCode prediction.probabilityDecimal",
        ["Flag"] = "category code encounter author",
        ["Encounter"] = "type serviceType priority reasonCode serviceProvider participant.type participant.individual location.location "
            + "hospitalization.dischargeDisposition",
        ["Observation"] = "encounter issued valueBoolean valueInteger valueQuantity component.code component.valueBoolean performer",
        ["Condition"] =
            "clinicalStatus verificationStatus category severity code subject encounter onsetDateTime abatementDateTime recordedDate",
        ["MedicationStatement"] = "status medicationCodeableConcept subject effectivePeriod dateAsserted dosage.text dosage.timing "
            + "dosage.route dosage.doseAndRate",
        ["Procedure"] = "status category code subject encounter performedPeriod performer.actor",
        ["CarePlan"] = "category title goal activity.detail.code activity.detail.scheduledString careTeam",
        ["ServiceRequest"] = "code requester encounter performerType patientInstruction",
        ["Task"] = "encounter description location",
        ["QuestionnaireResponse"] = "questionnaire status subject encounter authored item",
        ["DocumentReference"] = "status type category subject date custodian",
        ["CareTeam"] = "status category subject period participant.role participant.member telecom",
        ["Appointment"] = "status start end serviceCategory participant.actor participant.status",
        ["RelatedPerson"] = "active patient relationship name telecom",
        ["Location"] = "status name address mode",
    };

    /// <summary>Elements that a tier shows only in part: by use, by type, where marked shareable, or where the target is visible.</summary>
    private static readonly string[] InPart =
        [
            "Patient.identifier",
            "Patient.name",
            "Patient.telecom",
            "Patient.address",
            "CarePlan.activity",
            "Consent.provision.actor",
            "RiskAssessment.basis",
            "CareTeam.participant",
            "Task.focus"
        ];

    public static TheoryData<string, string, string, string> Table => new()
    {
        { "noConsent", "hospital", "basic", "Patient Flag Encounter ServiceRequest Task Communication" },
        { "noConsent", "social", "basic", "Patient Flag Encounter" },
        { "noConsent", "police", "none", "" },
        {
            "intermediateConsent", "hospital", "intermediate",
            "Patient RiskAssessment Flag Encounter Observation Condition MedicationStatement Procedure CarePlan ServiceRequest Task "
                + "QuestionnaireResponse Communication Consent CareTeam RelatedPerson"
        },
        { "intermediateConsent", "social", "basic", "Patient Flag Encounter" },
        { "intermediateConsent", "police", "none", "" },
        {
            "fullConsent", "hospital", "full",
            "Patient RiskAssessment Flag Encounter Observation Condition MedicationStatement Procedure CarePlan ServiceRequest Task "
                + "QuestionnaireResponse DocumentReference Communication Consent CareTeam RelatedPerson"
        },
        { "fullConsent", "social", "basic", "Patient Flag Encounter" },
        { "fullConsent", "police", "none", "" },
    };

    private static readonly string[] Types =
    [
        "Patient", "RiskAssessment", "Flag", "Encounter", "Observation", "Condition", "MedicationStatement", "Procedure", "CarePlan",
        "ServiceRequest", "Task",
        "QuestionnaireResponse", "DocumentReference", "Communication", "Consent", "CareTeam", "Appointment", "RelatedPerson",
    ];

    [Theory]
    [MemberData(nameof(Table))]
    public async Task An_agency_sees_the_elements_of_its_tier_and_no_other(string person, string agency, string tier, string types)
    {
        var own = await RecordAsync("navigator", person);
        var seen = await RecordAsync(agency, person);

        Assert.Equal(types.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), seen.Keys.Select(key => key.Type).Distinct().Order());
        foreach (var (key, resource) in seen.Where(pair => own.ContainsKey(pair.Key)))
        {
            var shown = Paths(resource);
            var allowed = Paths(own[key])
                .Where(path => IsAllowed(key.Type, path, tier) && !(tier != "full" && IsAnswerOfScreening(own[key], path))).ToHashSet();
            Assert.True(shown.IsSubsetOf(allowed), $"{person}, {agency}: {key} shows {string.Join(", ", shown.Except(allowed))}");
            var missing = allowed.Except(shown)
                .Where(path => !InPart.Any(part => $"{key.Type}.{path}".StartsWith(part, StringComparison.Ordinal))).ToList();
            Assert.True(missing.Count == 0 || tier == "full", $"{person}, {agency}: {key} lacks {string.Join(", ", missing)}");
        }
    }

    [Theory]
    [InlineData("noConsent")]
    [InlineData("intermediateConsent")]
    [InlineData("fullConsent")]
    public async Task The_programmes_navigators_see_their_whole_record_and_nothing_of_the_Part_2_programmes(string person)
    {
        var own = await RecordAsync("navigator", person);

        foreach (var type
            in new[]
            {
                "Patient", "RiskAssessment", "Encounter", "Observation", "Condition", "MedicationStatement", "ServiceRequest", "Task"
            })
        {
            Assert.Contains(own.Keys, key => key.Type == type);
        }

        Assert.All(city.Raw(person, "recovery-clinic"), key => Assert.DoesNotContain(key, own.Keys));

        // A review of a broken glass is the privacy officer's alone.
        var officers = await RecordAsync("privacy", person);
        var hidden = city.Raw(person, "crisis-program").Where(key => Types.Contains(key.Type) && !own.ContainsKey(key)).ToList();
        Assert.All(hidden, key => Assert.Equal("disclosure-review", officers[key]
            .GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("noConsent")]
    [InlineData("intermediateConsent")]
    [InlineData("fullConsent")]
    public async Task Nobody_without_a_Part_2_consent_sees_the_substance_use_record(string person)
    {
        var records = city.Raw(person, "recovery-clinic");
        Assert.NotEmpty(records);
        foreach (var agency in new[] { "hospital", "social", "police", "navigator", "dispatch" })
        {
            using var client = city.Server.As(agency);
            foreach (var key in records)
            {
                using var response = await client.GetAsync(key.ToString());
                Assert.Equal((agency, key, 404), (agency, key, (int)response.StatusCode));
            }
        }
    }

    [Fact]
    public async Task The_police_get_one_shape_and_length_on_scene_and_a_name_only_where_the_person_agreed()
    {
        using var police = city.Server.As("police");
        var answers = new Dictionary<string, (string Text, string Shape)>();
        foreach (var name in new[] { "noConsent", "intermediateConsent", "fullConsent" })
        {
            var person = CityServer.Person(name);
            using var response = await police.PostFhirAsync("Patient/$crisis-summary", $$"""
                {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"{{person.Incident}}"},{"name":"officer",
                "valueString":"badge-1"},{"name":"family","valueString":"{{person.Family}}"},{"name":"birthDate",
                "valueDate":"{{person.BirthDate}}"}]}
                """);
            var document = await response.JsonAsync();
            var shape = string.Join(
                ' ',
                document.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource").GetProperty("resourceType")));
            answers[name] = (await response.Content.ReadAsStringAsync(), shape);
            Assert.Equal((name, name == "fullConsent"), (name, answers[name].Text.Contains(person.Family, StringComparison.Ordinal)));
        }

        Assert.Single(answers.Values.Select(answer => (answer.Text.Length, answer.Shape)).Distinct());
    }

    private async Task<Dictionary<ResourceKey, JsonElement>> RecordAsync(string agency, string person)
    {
        using var client = city.Server.As(agency);
        var id = CityServer.Person(person).Reference.Split('/')[1];
        var record = new Dictionary<ResourceKey, JsonElement>();
        foreach (var type in Types)
        {
            var bundle = await client.GetJsonAsync($"{type}?{(type == "Patient" ? "_id" : "patient")}={id}&_count=500");
            if (bundle.TryGetProperty("entry", out var entries))
            {
                foreach (var resource in entries.EnumerateArray().Select(entry => entry.GetProperty("resource")))
                {
                    record.Add(new(type, resource.GetProperty("id").GetString()!), resource);
                }
            }
        }

        return record;
    }

    /// <summary>What was answered at the call is the programme's; that there was a screening, and what came of it, is basic.</summary>
    private static bool IsAnswerOfScreening(JsonElement resource, string path) =>
        path.StartsWith("item.", StringComparison.Ordinal)
        && resource.TryGetProperty("questionnaire", out var form)
        && form.GetString()!.Contains("/Questionnaire/screen-5", StringComparison.Ordinal);

    private static bool IsAllowed(string type, string path, string tier)
    {
        if (tier == "full")
        {
            return !path.StartsWith("text", StringComparison.Ordinal) && !path.StartsWith("contained", StringComparison.Ordinal);
        }

        var lists = new List<string> { Basic.GetValueOrDefault(type, "") };
        if (tier == "intermediate")
        {
            lists.Add(Intermediate.GetValueOrDefault(type, ""));
        }

        return lists.SelectMany(list => list.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(allowed => path == allowed || path.StartsWith(allowed + ".", StringComparison.Ordinal));
    }

    /// <summary>Every leaf of a resource by its path without indexes, but for id, type and meta.</summary>
    private static HashSet<string> Paths(JsonElement resource)
    {
        var paths = new HashSet<string>();
        Collect(resource, string.Empty, paths);
        paths.RemoveWhere(path => path is "id" or "resourceType" || path.StartsWith("meta", StringComparison.Ordinal));
        return paths;
    }

    private static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", paths);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item, path, paths);
                }

                break;
            default:
                paths.Add(path);
                break;
        }
    }

    /// <summary>One server with the demo city, for all tests of this class.</summary>
    public sealed class CityServer : IAsyncLifetime
    {
        private const int Seed = 20_261_122;
        private readonly List<(string Source, ResourceKey Key, string Json)> raw = [];

        public RunningServer Server { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Server = await RunningServer.StartAsync();
            foreach (var bundle in CityGenerator.Generate(Seed, Server.Clock.GetUtcNow()))
            {
                await Server.Importer.ImportAsync(
                    bundle.Source,
                    [.. bundle.Resources.Select(resource => (new ResourceKey(resource.Type, resource.Id), resource.Json))],
                    CancellationToken.None);
                raw.AddRange(bundle.Resources.Select(resource =>
                    (bundle.Source, new ResourceKey(resource.Type, resource.Id), System.Text.Encoding.UTF8.GetString(resource.Json))));
            }
        }

        public async Task DisposeAsync() => await Server.DisposeAsync();

        public static NamedPerson Person(string name) => name switch
        {
            "noConsent" => CityGenerator.Persons(Seed).NoConsent,
            "intermediateConsent" => CityGenerator.Persons(Seed).IntermediateConsent,
            _ => CityGenerator.Persons(Seed).FullConsent,
        };

        /// <summary>What a custodian stored about a person.</summary>
        public IReadOnlyList<ResourceKey> Raw(string person, string source)
        {
            var reference = Person(person).Reference;
            return [.. raw.Where(item =>
                item.Source == source && item.Key.Type != "Patient" && item.Json.Contains($"\"{reference}\"", StringComparison.Ordinal))
                .Select(item => item.Key)];
        }
    }
}
