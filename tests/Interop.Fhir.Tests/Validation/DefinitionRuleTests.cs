using System.Text;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>
/// What R4 says in words of the resources that define codes, searches, questions and capabilities. A row is a reason, a resource, and the
/// one element at which the rule is broken, or nothing where the resource is legal.
/// </summary>
public sealed class DefinitionRuleTests
{
    private const string Order = """{"code":"order","type":"integer"}""";

    private const string Name = "http://hl7.org/fhir/SearchParameter/Organization-name";

    // https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.url and the like: "An absolute URI"
    public static TheoryData<string, string, string?> Addresses => new()
    {
        { "a web address", ValueSet("http://a/v", "http://a/c"), null },
        { "urns", ValueSet("urn:uuid:0a000000-0000-4000-8000-000000000001", "urn:oid:1.2.3"), null },
        { "an escaped slash", ValueSet("http:\\/\\/a\\/v", "http://a/c"), null },
        {
            "a relative canonical, which may be resolved elsewhere",
            """{"resourceType":"Measure","status":"draft","library":["Library/a"]}""", null
        },
        {
            "the url of an extension in an extension",
            """{"resourceType":"Patient","extension":[{"url":"http://a","extension":[{"url":"a","valueCode":"c"}]}]}""", null
        },
        { "an address of an attachment", """{"resourceType":"Patient","photo":[{"url":"Binary/a"}]}""", null },
        {
            "a request in a Bundle", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient"}}]}""",
            null
        },
        {
            "a system beside its canonical in an extension",
            """{"resourceType":"ValueSet","status":"draft","contained":["""
                + """{"resourceType":"CodeSystem","id":"c","status":"draft","content":"complete","url":"http://a/c"}],"compose":"""
                + """{"include":[{"system":"http://a/c","_system":{"extension":["""
                + """{"url":"http://hl7.org/fhir/StructureDefinition/valueset-system","valueCanonical":"#c"}]}}]}}""",
            null
        },
        { "type and id", ValueSet("ValueSet/v", "http://a/c"), "ValueSet.url" },
        { "a name", """{"resourceType":"CodeSystem","url":"c","status":"draft","content":"complete"}""", "CodeSystem.url" },
        { "a system that is relative", ValueSet("http://a/v", "CodeSystem/c"), "ValueSet.compose.include[0].system" },
        { "a system that is contained", ValueSet("http://a/v", "#c"), "ValueSet.compose.include[0].system" },
        {
            "a system that is excluded",
            ValueSet("http://a/v", "http://a/c").Replace("}]} }", "}],\"exclude\":[{\"system\":\"c\"}]}}", StringComparison.Ordinal),
            "ValueSet.compose.exclude[0].system"
        },
        {
            "a system in an expansion",
            """{"resourceType":"ValueSet","status":"draft","expansion":{"timestamp":"2020-01-01T00:00:00Z","contains":["""
                + """{"system":"c","code":"1"}]}}""",
            "ValueSet.expansion.contains[0].system"
        },
        {
            "the source of a map",
            """{"resourceType":"ConceptMap","status":"draft","group":[{"source":"c","target":"http://a","element":[{"code":"1"}]}]}""",
            "ConceptMap.group[0].source"
        },
    };

    // https://hl7.org/fhir/R4/datatypes.html#canonical; R4's own artifacts say their type in their addresses.
    public static TheoryData<string, string, string?> Canonicals => new()
    {
        { "of the type", Answered("http://hl7.org/fhir/Questionnaire/a"), null },
        { "of the type, with a version", Answered("http://hl7.org/fhir/Questionnaire/a|4.0.1"), null },
        { "of a guide in the same place", Answered("http://hl7.org/fhir/uv/sdc/ValueSet/a"), null },
        { "of another owner, who may call it as he likes", Answered("http://a/fhir/ValueSet/a"), null },
        {
            "contained",
            """{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q","contained":["""
                + """{"resourceType":"Questionnaire","id":"q","status":"draft"}]}""",
            null
        },
        { "a ValueSet instead of a Questionnaire", Answered("http://hl7.org/fhir/ValueSet/a"), "QuestionnaireResponse.questionnaire" },
        { "with a version", Answered("http://hl7.org/fhir/ValueSet/a|4.0.1"), "QuestionnaireResponse.questionnaire" },
        {
            "a CodeSystem instead of a profile",
            """{"resourceType":"Patient","active":true,"meta":{"profile":["http://hl7.org/fhir/CodeSystem/a"]}}""",
            "Patient.meta.profile[0]"
        },
    };

    public static TheoryData<string, string, string?> CodeSystems => new()
    {
        { "a property of its type", Codes("complete", Order, """{"code":"order","valueInteger":1}"""), null },
        { "a property of a part of a code", Codes("complete", Order, """{"code":"order","valueInteger":1}""", "child"), null },
        {
            "a supplement, with a property that the other one has",
            Codes("supplement", Order, """{"code":"other","valueInteger":1}""")
                .Replace("\"status\"", "\"supplements\":\"http://a/b\",\"status\"", StringComparison.Ordinal),
            null
        },
        {
            "a property that is not defined", Codes("complete", Order, """{"code":"other","valueInteger":1}"""),
            "CodeSystem.concept[0].property[0].code"
        },
        {
            "and in a part of a code", Codes("complete", Order, """{"code":"other","valueInteger":1}""", "child"),
            "CodeSystem.concept[0].concept[0].property[0].code"
        },
        {
            "a property of another type", Codes("complete", Order, """{"code":"order","valueDecimal":1}"""),
            "CodeSystem.concept[0].property[0].value"
        },
        {
            "a string of digits", Codes("complete", Order, """{"code":"order","valueString":"1"}"""),
            "CodeSystem.concept[0].property[0].value"
        },
        {
            "content of its own that supplements",
            Codes("complete", Order, """{"code":"order","valueInteger":1}""")
                .Replace("\"status\"", "\"supplements\":\"http://a/b\",\"status\"", StringComparison.Ordinal),
            "CodeSystem.content"
        },
    };

    public static TheoryData<string, string, string?> SearchParameters => new()
    {
        { "a composite of two", Searching("composite", """,{"definition":"http://a","expression":"b"}"""), null },
        { "derived, the same type", Derived(Name, "string", "Organization"), null },
        { "derived, with a version", Derived(Name + "|4.0.1", "string", "Organization"), null },
        { "derived from one of several types", Derived("http://hl7.org/fhir/SearchParameter/clinical-code", "token", "Observation"), null },
        {
            "derived from one that all types have", Derived("http://hl7.org/fhir/SearchParameter/Resource-lastUpdated", "date", "Patient"),
            null
        },
        { "derived from an unknown one", Derived("http://a/SearchParameter/Organization-name", "token", "Patient"), null },
        { "a composite of one", Searching("composite", string.Empty), "SearchParameter" },
        { "a composite of none", Derived("http://a", "composite", "Patient"), "SearchParameter" },
        { "derived, another type", Derived(Name, "token", "Organization"), "SearchParameter.type" },
        { "derived, for another resource", Derived(Name, "string", "Patient"), "SearchParameter.base[0]" },
    };

    public static TheoryData<string, string, string?> Capabilities => new()
    {
        { "the type of the definition", Capable("token", "http://hl7.org/fhir/SearchParameter/AllergyIntolerance-clinical-status"), null },
        { "a definition that only its owner knows", Capable("date", "http://a/SearchParameter/AllergyIntolerance-clinical-status"), null },
        {
            "another type", Capable("date", "http://hl7.org/fhir/SearchParameter/AllergyIntolerance-clinical-status"),
            "CapabilityStatement.rest[0].resource[0].searchParam[0].type"
        },
        {
            "another type, with a version", Capable("date", "http://hl7.org/fhir/SearchParameter/AllergyIntolerance-clinical-status|4.0.1"),
            "CapabilityStatement.rest[0].resource[0].searchParam[0].type"
        },
    };

    // https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableBehavior
    public static TheoryData<string, string, string?> Questions => new()
    {
        { "one condition", Asked(1, string.Empty), null },
        { "two conditions, all of them", Asked(2, ",\"enableBehavior\":\"all\""), null },
        { "two conditions, all or any", Asked(2, string.Empty), "Questionnaire.item[1]" },
        { "three conditions, all or any", Asked(3, string.Empty), "Questionnaire.item[1]" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    [MemberData(nameof(Canonicals))]
    [MemberData(nameof(CodeSystems))]
    [MemberData(nameof(SearchParameters))]
    [MemberData(nameof(Capabilities))]
    [MemberData(nameof(Questions))]
    public void A_rule_is_broken_at_one_element_or_kept(string reason, string json, string? expression)
    {
        var issues = ResourceValidator.Validate(Encoding.UTF8.GetBytes(json));

        Assert.True(
            issues.Select(issue => issue.Expression).SequenceEqual(expression is null ? [] : [expression]),
            $"{reason}: {string.Join("; ", issues)}");
    }

    private static string ValueSet(string url, string system) =>
        $$"""{"resourceType":"ValueSet","url":"{{url}}","status":"draft","compose":{"include":[{"system":"{{system}}"}]} }""";

    private static string Answered(string questionnaire) =>
        $$"""{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"{{questionnaire}}"}""";

    private static string Codes(string content, string definition, string property, string? child = null)
    {
        var concept = $$"""{"code":"{{child ?? "a"}}","property":[{{property}}]}""";
        var concepts = child is null ? concept : $$"""{"code":"a","concept":[{{concept}}]}""";
        return $$"""{"resourceType":"CodeSystem","status":"draft","content":"{{content}}","property":[{{definition}}],"concept":["""
            + $$"""{{concepts}}]}""";
    }

    private static string Searching(string type, string component) => Derived("http://a", type, "Patient").Replace(
        "\"code\"", $$"""
            "component":[{"definition":"http://a","expression":"a"}{{component}}],"code"
            """, StringComparison.Ordinal);

    private static string Derived(string from, string type, string resource) =>
        """{"resourceType":"SearchParameter","url":"http://a/b","name":"N","status":"draft","description":"d","code":"c","base":"""
            + $$"""["{{resource}}"],"type":"{{type}}","expression":"name","derivedFrom":"{{from}}"}""";

    private static string Capable(string type, string definition) =>
        $$"""
        {"resourceType":"CapabilityStatement","status":"draft","date":"2020","description":"d","kind":"requirements",
        "fhirVersion":"4.0.1","format":["json"],"rest":[{"mode":"server","resource":[{"type":"AllergyIntolerance",
        "searchParam":[{"name":"clinical-status","type":"{{type}}","definition":"{{definition}}"}]}]}]}
        """;

    private static string Asked(int conditions, string behavior)
    {
        var condition = Enumerable.Repeat("""{"question":"1","operator":"=","answerBoolean":true}""", conditions);
        return """{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"boolean"},"""
            + $$"""{"linkId":"2","type":"string","enableWhen":[{{string.Join(',', condition)}}]{{behavior}} }]}""";
    }
}
