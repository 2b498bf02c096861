using System.Text;
using Interop.Fhir.Profiles;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Profiles;

/// <summary>Shapes that profiles of others use, US Core's among them, each in a small definition of our own.</summary>
public sealed class ProfileSetTests
{
    private const string Vital = """
        {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"value","path":"coding.code"},
        {"type":"value","path":"coding.system"}],"rules":"open"},"min":1},
        {"id":"Observation.category:vital","path":"Observation.category","sliceName":"vital","min":1,"max":"1"},
        {"id":"Observation.category:vital.coding","path":"Observation.category.coding","min":1},
        {"id":"Observation.category:vital.coding.system","path":"Observation.category.coding.system","min":1,"fixedUri":"http://c"},
        {"id":"Observation.category:vital.coding.code","path":"Observation.category.coding.code","min":1,"fixedCode":"vital"}
        """;

    private const string Pressure = """
        {"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"pattern","path":"code"}],
        "ordered":ORDERED,"rules":"RULES"},"min":2},
        {"id":"Observation.component:systolic","path":"Observation.component","sliceName":"systolic","min":1,"max":"1"},
        {"id":"Observation.component:systolic.code","path":"Observation.component.code","patternCodeableConcept":{"coding":[
        {"system":"http://l","code":"8480-6"}]}},
        {"id":"Observation.component:systolic.valueQuantity","path":"Observation.component.valueQuantity","min":1},
        {"id":"Observation.component:systolic.valueQuantity.unit","path":"Observation.component.valueQuantity.unit","min":1},
        {"id":"Observation.component:diastolic","path":"Observation.component","sliceName":"diastolic","min":1,"max":"1"},
        {"id":"Observation.component:diastolic.code","path":"Observation.component.code","patternCodeableConcept":{"coding":[
        {"system":"http://l","code":"8462-4"}]}}
        """;

    private const string Systolic =
        """{"code":{"coding":[{"system":"http://l","code":"8480-6","display":"s"}]},"valueQuantity":{"value":1,"unit":"mm"}}""";
    private const string Diastolic = """{"code":{"coding":[{"system":"http://l","code":"8462-4"}]}}""";
    private const string Other = """{"code":{"text":"other"}}""";

    [Theory]
    [InlineData("""[{"coding":[{"system":"http://c","code":"vital"}]}]""", null)]
    [InlineData("""[{"text":"a"},{"coding":[{"system":"http://c","code":"vital"}]}]""", null)]
    [InlineData("""[{"coding":[{"system":"http://c","code":"lab"}]}]""", "Observation.category")]
    [InlineData("""[{"coding":[{"system":"http://d","code":"vital"}]}]""", "Observation.category")]
    [InlineData(
        """[{"coding":[{"system":"http://c","code":"vital"}]},{"coding":[{"system":"http://c","code":"vital"}]}]""",
        "Observation.category")]
    public void A_slice_is_told_by_fixed_values(string category, string? expression) =>
        Check(Vital, $$"""{"resourceType":"Observation","status":"final","code":{"text":"c"},"category":{{category}}}""", expression);

    [Theory]
    [InlineData("open", "false", Systolic + "," + Diastolic, null)]
    [InlineData("open", "false", Diastolic + "," + Other + "," + Systolic, null)]
    [InlineData("open", "false", Diastolic + "," + Other, "Observation.component")]
    [InlineData("closed", "false", Diastolic + "," + Systolic, null)]
    [InlineData("closed", "false", Diastolic + "," + Other + "," + Systolic, "Observation.component[1]")]
    [InlineData("open", "true", Diastolic + "," + Systolic, "Observation.component[1]")]
    [InlineData("openAtEnd", "false", Other + "," + Systolic + "," + Diastolic, "Observation.component[1]")]
    [InlineData("openAtEnd", "false", Systolic + "," + Diastolic + "," + Other, null)]
    [InlineData(
        "open",
        "false",
        """{"code":{"coding":[{"system":"http://l","code":"8480-6"}]},"valueString":"x"},""" + Diastolic,
        "Observation.component[0].value")]
    [InlineData(
        "open",
        "false",
        """{"code":{"coding":[{"system":"http://l","code":"8480-6"}]},"valueQuantity":{"value":2}},""" + Diastolic,
        "Observation.component[0].value.unit")]
    public void A_slice_is_told_by_patterns(string rules, string ordered, string components, string? expression) => Check(
        Pressure.Replace("RULES", rules, StringComparison.Ordinal).Replace("ORDERED", ordered, StringComparison.Ordinal),
        $$"""{"resourceType":"Observation","status":"final","code":{"text":"c"},"component":[{{components}}]}""",
        expression);

    [Theory]
    [InlineData("""{"value":"1"}""", null)]
    [InlineData("""{"value":"1","period":{"start":"2020"}}""", null)]
    [InlineData("""{"system":"http://s","period":{"start":"2020"}}""", "Patient.identifier[0].value")]
    [InlineData("""{"value":"1"},{"value":"2"}""", "Patient.identifier")]
    public void A_slice_is_told_by_what_exists(string identifiers, string? expression) => Check(
        """
        {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"exists","path":"period"}],
        "rules":"open"}},
        {"id":"Patient.identifier:lasting","path":"Patient.identifier","sliceName":"lasting","max":"1"},
        {"id":"Patient.identifier:lasting.period","path":"Patient.identifier.period","max":"0"},
        {"id":"Patient.identifier:timed","path":"Patient.identifier","sliceName":"timed"},
        {"id":"Patient.identifier:timed.period","path":"Patient.identifier.period","min":1},
        {"id":"Patient.identifier:timed.value","path":"Patient.identifier.value","min":1}
        """,
        $$"""{"resourceType":"Patient","identifier":[{{identifiers}}]}""",
        expression);

    [Theory]
    [InlineData("\"valueQuantity\":{\"value\":1,\"code\":\"a\"}", null)]
    [InlineData("\"valueQuantity\":{\"value\":1}", "Observation.value.code")]
    [InlineData("\"valueString\":\"x\"", null)]
    [InlineData("\"valueBoolean\":true", "Observation.value")]
    public void A_choice_is_sliced_by_type(string value, string? expression) => Check(
        """
        {"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],
        "rules":"open"},"type":[{"code":"Quantity"},{"code":"string"}]},
        {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity"},
        {"id":"Observation.value[x]:valueQuantity.code","path":"Observation.value[x].code","min":1}
        """,
        $$"""{"resourceType":"Observation","status":"final","code":{"text":"c"},{{value}}}""",
        expression);

    [Theory]
    [InlineData("Practitioner/1", null)]
    [InlineData("http://a/fhir/Practitioner/1/_history/2", null)]
    [InlineData("urn:uuid:6f7a3c1e-0000-4000-8000-000000000000", null)]
    [InlineData("#p", null)]
    [InlineData("#o", "Patient.generalPractitioner[0]")]
    [InlineData("Organization/1", "Patient.generalPractitioner[0]")]
    [InlineData("http://a/fhir/Organization/1", "Patient.generalPractitioner[0]")]
    public void A_reference_points_at_the_types_that_are_allowed(string reference, string? expression) => Check(
        """{"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","type":[{"code":"Reference","targetProfile":"""
            + """["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]}""",
        """{"resourceType":"Patient","contained":[{"resourceType":"Practitioner","id":"p"},"""
            + $$"""{"resourceType":"Organization","id":"o"}],"generalPractitioner":[{"reference":"{{reference}}"}]}""",
        expression);

    [Theory]
    [InlineData("""{"coding":[{"system":"http://s","code":"z"},{"system":"http://s","code":"a"}]}""", null, IssueSeverity.Error)]
    [InlineData("""{"coding":[{"system":"http://s","code":"z"}]}""", "Patient.maritalStatus", IssueSeverity.Error)]
    [InlineData("""{"coding":[{"code":"a"}]}""", "Patient.maritalStatus", IssueSeverity.Error)]
    [InlineData("""{"text":"a"}""", "Patient.maritalStatus", IssueSeverity.Error)]
    public void A_required_binding_is_checked(string concept, string? expression, IssueSeverity severity)
    {
        var issues = Issues(Binding("required", "http://s/vs"), $$"""{"resourceType":"Patient","maritalStatus":{{concept}}}""");

        Assert.Equal(expression, issues.FirstOrDefault(issue => issue.Severity == severity)?.Expression);
    }

    [Fact]
    public void Other_bindings_never_refuse_and_what_can_not_be_checked_is_said()
    {
        const string Patient = """{"resourceType":"Patient","maritalStatus":{"coding":[{"system":"http://s","code":"z"}]}}""";

        Assert.Equal(IssueSeverity.Warning, Assert.Single(Issues(Binding("extensible", "http://s/vs"), Patient)).Severity);
        Assert.Equal("incomplete", Assert.Single(Issues(Binding("required", "http://nowhere"), Patient)).Code);
        Assert.Empty(Issues(Binding("preferred", "http://s/vs"), Patient));
        Assert.Empty(Issues(Binding("extensible", "http://nowhere"), Patient));
    }

    [Theory]
    [InlineData("""{"family":"F"}""", null)]
    [InlineData("""{"text":"F"}""", "Patient.name[0]")]
    public void An_invariant_of_a_profile_is_evaluated(string name, string? expression) => Check(
        """{"id":"Patient.name","path":"Patient.name","constraint":["""
            + """{"key":"p-1","severity":"error","human":"h","expression":"family.exists()"}]}""",
        $$"""{"resourceType":"Patient","name":[{{name}}]}""",
        expression);

    [Theory]
    [InlineData("fixedString\":\"x", "x", null)]
    [InlineData("fixedString\":\"x", "y", "Patient.name[0].family")]
    [InlineData("patternString\":\"x", "y", "Patient.name[0].family")]
    [InlineData("fixedString\":\"\\u0078", "x", null)]
    public void A_fixed_value_is_compared_by_its_text(string rule, string family, string? expression) => Check(
        $$"""{"id":"Patient.name.family","path":"Patient.name.family","{{rule}}"}""",
        $$"""{"resourceType":"Patient","name":[{"family":"{{family}}"}]}""",
        expression);

    [Fact]
    public void A_profile_of_a_profile_has_the_rules_of_both_whatever_was_loaded_first()
    {
        var set = new ProfileSet(new());
        Assert.Empty(
            set.Load(Profile("Patient", """{"id":"Patient.gender","path":"Patient.gender","min":1}""", "http://p/child", "http://p/base")));
        Assert.Empty(set.Load(Profile("Patient", """{"id":"Patient.name","path":"Patient.name","min":1,"max":"3"}""", "http://p/base")));

        var issues = set.Validate("""{"resourceType":"Patient"}"""u8.ToArray(), "http://p/child");

        Assert.Equal(["Patient.gender", "Patient.name"], issues.Select(issue => issue.Expression).Order());
    }

    [Fact]
    public void A_differential_without_ids_is_read_by_its_paths_and_slice_names() => Check(
        Vital.Replace("\"id\":\"Observation", "\"short\":\"x", StringComparison.Ordinal),
        """{"resourceType":"Observation","status":"final","code":{"text":"c"},"category":[{"coding":["""
            + """{"system":"http://c","code":"lab"}]}]}""",
        "Observation.category");

    [Fact]
    public void A_snapshot_is_used_where_the_base_is_not_loaded()
    {
        var set = new ProfileSet(new());
        var profile = Encoding.UTF8.GetString(
            Profile("Patient", """{"id":"Patient.name","path":"Patient.name","min":1}""", "http://p/child", "http://p/elsewhere"));
        Assert.Empty(set.Load(Encoding.UTF8.GetBytes(profile.Replace("\"differential\"", "\"snapshot\"", StringComparison.Ordinal))));

        Assert.Equal(
            "Patient.name", Assert.Single(set.Validate("""{"resourceType":"Patient"}"""u8.ToArray(), "http://p/child")).Expression);
    }

    [Fact]
    public void A_definition_that_is_not_loaded_is_said_and_refuses_nothing()
    {
        const string Race = """
            {"id":"Patient.extension","path":"Patient.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],
            "rules":"open"}},
            {"id":"Patient.extension:race","path":"Patient.extension","sliceName":"race","min":0,"max":"1","type":[{"code":"Extension",
            "profile":["http://e/race"]}]}
            """;
        var extension = """{"url":"http://e/race","valueString":"x"}""";

        Assert.Equal("incomplete", Assert.Single(Issues(Race, $$"""{"resourceType":"Patient","extension":[{{extension}}]}""")).Code);
        Check(Race, $$"""{"resourceType":"Patient","extension":[{{extension}},{{extension}}]}""", "Patient.extension");
    }

    [Fact]
    public void Slices_that_can_not_be_told_apart_are_said_and_refuse_nothing()
    {
        var issues = Issues(
            """
            {"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","slicing":{"discriminator":[{"type":"profile",
            "path":"resolve()"}],"rules":"closed"}},
            {"id":"Patient.generalPractitioner:a","path":"Patient.generalPractitioner","sliceName":"a","min":1}
            """,
            """{"resourceType":"Patient","generalPractitioner":[{"reference":"Practitioner/1"}]}""");

        Assert.Equal(IssueSeverity.Warning, Assert.Single(issues).Severity);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData(
        """{"resourceType":"StructureDefinition","url":"http://x","name":"X","status":"draft","kind":"resource","abstract":"""
            + """false,"type":"Patient"}""")]
    [InlineData(
        """{"resourceType":"StructureDefinition","url":"http://x","name":"X","status":"draft","kind":"logical","abstract":"""
            + """false,"type":"http://x/Y","differential":{"element":[{"path":"Y"}]}}""")]
    public void What_is_no_profile_is_not_loaded(string resource)
    {
        var set = new ProfileSet(new());

        Assert.NotEmpty(set.Load(Encoding.UTF8.GetBytes(resource)));
        Assert.False(set.Has("http://x"));
    }

    [ExamplesFact]
    public void No_official_example_makes_validation_throw()
    {
        var set = CrisisProfiles.Load();
        foreach (var file in Examples.Files().Where((_, index) => index % 7 == 0))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var url in set.Urls)
            {
                Assert.NotNull(set.Validate(bytes, url));
            }
        }
    }

    private static string Binding(string strength, string valueSet) =>
        """{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":"""
            + $$$"""{"strength":"{{{strength}}}","valueSet":"{{{valueSet}}}"}}""";

    private static void Check(string elements, string resource, string? expression) =>
        Assert.Equal(expression, Issues(elements, resource).FirstOrDefault(issue => issue.Severity <= IssueSeverity.Error)?.Expression);

    private static IReadOnlyList<Issue> Issues(string elements, string resource)
    {
        var terminology = new TerminologySet();
        Assert.Empty(
            terminology.Load(
                """
                {"resourceType":"CodeSystem","url":"http://s","status":"active","content":"complete","valueSet":"http://s/vs",
                "concept":[{"code":"a"}]}
                """u8.ToArray()));
        var set = new ProfileSet(terminology);
        var type = resource.Split('"')[3];
        Assert.Empty(set.Load(Profile(type, elements, "http://p/profile")));
        return set.Validate(Encoding.UTF8.GetBytes(resource), "http://p/profile", options: ValidationOptions.StructureOnly);
    }

    private static byte[] Profile(string type, string elements, string url, string? above = null) => Encoding.UTF8.GetBytes($$$"""
        {"resourceType":"StructureDefinition","url":"{{{url}}}","name":"P","status":"draft","kind":"resource","abstract":false,
        "type":"{{{type}}}",
         "baseDefinition":"{{{above ?? "http://hl7.org/fhir/StructureDefinition/" + type}}}","derivation":"constraint",
         "differential":{"element":[{"id":"{{{type}}}","path":"{{{type}}}"},{{{elements}}}]}}
        """);
}
