using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Profiles;

public sealed class CrisisProfileTests
{
    private const string Encounter = """
        {"resourceType":"Encounter","extension":[{"url":"https://interop.example/fhir/StructureDefinition/encounter-disposition",
        "extension":[{"url":"code","valueCodeableConcept":{"text":"t"}},{"url":"primary","valueBoolean":true}]}],
         "status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER"},
         "subject":{"reference":"Patient/1"},"period":{"start":"2026-01-01T00:00:00Z","end":"2026-01-01T01:00:00Z"},
         "serviceProvider":{"reference":"Organization/1"}}
        """;

    private const string Task = """
        {"resourceType":"Task","status":"requested","intent":"order","code":{"coding":[{"system":"http://other","code":"x"},
        {"system":"https://interop.example/fhir/CodeSystem/crisis-task","code":"follow-up-48h","display":"d"}]},
         "for":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/1"},"authoredOn":"2026-01-01",
         "requester":{"reference":"Organization/1"},"owner":{"reference":"Organization/1"},
         "restriction":{"period":{"start":"2026-01-01T00:00:00Z","end":"2026-01-03T00:00:00Z"}}}
        """;

    private static readonly ProfileSet Set = CrisisProfiles.Load();

    [Theory]
    [InlineData("sharing-agreement")]
    [InlineData("sharing-consent")]
    [InlineData("crisis-encounter")]
    [InlineData("follow-up-task")]
    public void An_example_follows_its_profile(string profile) => Assert.Empty(Errors(Legal(profile), profile));

    public static TheoryData<string, string, string> Breaches => new()
    {
        { "sharing-agreement", "-status", "Contract.status" },
        { "sharing-agreement", "-applies", "Contract.applies" },
        { "sharing-agreement", "-applies.end", "Contract.applies.end" },
        { "sharing-agreement", "-term", "Contract.term" },
        { "sharing-agreement", "-term.0.type", "Contract.term[0].type" },
        { "sharing-agreement", "term.0.type.coding.0.code=zz", "Contract.term[0].type" },
        { "sharing-agreement", "-extension", "Contract.extension" },
        { "sharing-agreement", "extension.0.url=http://other", "Contract.extension" },
        { "sharing-agreement", "extension.0.valueDate=valueString", "Contract.extension[0].value" },
        { "sharing-consent", "-dateTime", "Consent.dateTime" },
        { "sharing-consent", "-organization", "Consent.organization" },
        { "sharing-consent", "-provision", "Consent.provision" },
        { "sharing-consent", "-provision.period", "Consent.provision.period" },
        { "sharing-consent", "-provision.purpose", "Consent.provision.purpose" },
        { "crisis-encounter", "-subject", "Encounter.subject" },
        { "crisis-encounter", "-period.start", "Encounter.period.start" },
        { "crisis-encounter", "-extension.0.extension.0", "Encounter.extension[0].extension" },
        { "crisis-encounter", "extension.0.extension.1.url=colour", "Encounter.extension[0].extension[1]" },
        { "crisis-encounter", "extension.0.extension.1.valueBoolean=valueString", "Encounter.extension[0].extension[1].value" },
        { "follow-up-task", "-code", "Task.code" },
        { "follow-up-task", "code.coding.1.code=other", "Task.code" },
        { "follow-up-task", "code.coding.1.system=http://other", "Task.code" },
        { "follow-up-task", "-restriction.period.end", "Task.restriction.period.end" },
        { "follow-up-task", "-owner", "Task.owner" },
    };

    /// <summary>
    /// Each change breaks one rule; what it says is <c>-path</c> to remove, or <c>path=value</c> to change (a property's name for
    /// another variant).
    /// </summary>
    [Theory]
    [MemberData(nameof(Breaches))]
    public void A_breach_is_an_error_at_its_element(string profile, string change, string expression)
    {
        var errors = Errors(Changed(Legal(profile), change), profile);

        Assert.Contains(expression, errors.Select(issue => issue.Expression));
    }

    [Fact]
    public void An_extension_in_the_wrong_place_is_an_error() => Assert.Contains(
        Errors(
            """{"resourceType":"Patient","extension":["""
                + """{"url":"https://interop.example/fhir/StructureDefinition/agreement-review","valueDate":"2026-01-01"}]}""",
            null),
        issue => issue.Expression == "Patient.extension[0]");

    [Fact]
    public void A_declared_profile_is_checked_unless_that_is_turned_off()
    {
        const string Declared =
            """{"resourceType":"Task","meta":{"profile":"""
                + """["http://unknown","https://interop.example/fhir/StructureDefinition/follow-up-"""
                + """task"]},"status":"requested","intent":"order"}""";

        Assert.NotEmpty(Errors(Declared, null));
        Assert.DoesNotContain(
            Set.Validate(Encoding.UTF8.GetBytes(Declared), declared: false), issue => issue.Severity <= IssueSeverity.Error);
    }

    [Fact]
    public void A_profile_that_is_not_loaded_or_about_another_type_is_an_error()
    {
        Assert.Equal("not-supported", Assert.Single(Set.Validate(Encoding.UTF8.GetBytes(Task), "http://unknown", declared: false)).Code);
        Assert.Contains(Errors(Task, "sharing-consent"), issue => issue.Code == "invalid");
    }

    [Fact]
    public void An_absent_element_that_must_be_supported_is_information()
    {
        var issues = Set.Validate(Encoding.UTF8.GetBytes(Encounter), CrisisProfiles.Base + "crisis-encounter");

        Assert.Equal(
            ["Encounter.identifier", "Encounter.statusHistory"],
            issues.Where(issue => issue.Severity == IssueSeverity.Information).Select(issue => issue.Expression));
    }

    [Fact]
    public void No_message_says_what_the_resource_says()
    {
        var secret = Changed(Task, "code.coding.1.code=SECRET");

        Assert.DoesNotContain(Errors(secret, "follow-up-task"), issue => issue.Diagnostics.Contains("SECRET", StringComparison.Ordinal));
    }

    private static string Legal(string profile) => profile switch
    {
        "sharing-agreement" => CrisisProfiles.Example("Contract-hospital-agreement.json"),
        "sharing-consent" => CrisisProfiles.Example("Consent-intermediate.json"),
        "crisis-encounter" => Encounter,
        _ => Task,
    };

    private static List<Issue> Errors(string resource, string? profile) =>
        [.. Set.Validate(Encoding.UTF8.GetBytes(resource), profile is null ? null : CrisisProfiles.Base + profile)
            .Where(issue => issue.Severity <= IssueSeverity.Error)];

    private static string Changed(string resource, string change)
    {
        var root = JsonNode.Parse(resource)!;
        var parts = change.TrimStart('-').Split('=');
        var steps = parts[0].Split('.');
        var holder = steps[..^1].Aggregate(root, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        switch (holder)
        {
            case JsonArray list:
                list.RemoveAt(int.Parse(steps[^1], null));
                break;
            case JsonObject item when change[0] == '-':
                item.Remove(steps[^1]);
                break;
            case JsonObject item when parts[1].StartsWith("value", StringComparison.Ordinal):
                item.Remove(steps[^1]);
                item[parts[1]] = "x";
                break;
            default:
                holder[steps[^1]] = parts[1];
                break;
        }

        return root.ToJsonString();
    }
}
