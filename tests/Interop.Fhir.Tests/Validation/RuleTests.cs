using System.Text;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>
/// What R4 says in words and not in an invariant. A row is a reason, a resource, and the one element at which the rule is broken, or
/// nothing where the resource is legal.
/// </summary>
public sealed partial class RuleTests
{
    private const string Patient = """{"resourceType":"Patient","id":"a"}""";

    private const string Uuid = "urn:uuid:0a000000-0000-4000-8000-00000000000";

    public static TheoryData<string, string, string?> FullUrls => new()
    {
        { "a RESTful address", Entries("collection", Entry("http://a/Patient/a", Patient)), null },
        { "a uuid", Entries("collection", Entry(Uuid + "1", Patient)), null },
        { "an oid", Entries("collection", Entry("urn:oid:1.2.3", Patient)), null },
        { "none, as in a POST", Entries("collection", Entry(null, Patient)), null },
        { "only type and id", Entries("collection", Entry("Patient/a", Patient)), "Bundle.entry[0].fullUrl" },
        { "only an id", Entries("collection", Entry("a", Patient)), "Bundle.entry[0].fullUrl" },
        { "a path", Entries("collection", Entry("/fhir/Patient/a", Patient)), "Bundle.entry[0].fullUrl" },
        { "no scheme", Entries("collection", Entry("//a/Patient/a", Patient)), "Bundle.entry[0].fullUrl" },
        { "a fragment", Entries("collection", Entry("#a", Patient)), "Bundle.entry[0].fullUrl" },
        { "a scheme and nothing else", Entries("collection", Entry("urn:", Patient)), "Bundle.entry[0].fullUrl" },
        { "a colon in the id", Entries("collection", Entry("Patient/a:b", Patient)), "Bundle.entry[0].fullUrl" },
        {
            "in the second entry", Entries("collection", Entry("http://a/Patient/a", Patient), Entry("Patient/b", Patient)),
            "Bundle.entry[1].fullUrl"
        },
        {
            "in a transaction",
            Entries(
                "transaction",
                """{"fullUrl":"Patient/a","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}"""),
            "Bundle.entry[0].fullUrl"
        },
        {
            "of a deletion", Entries("transaction", """{"fullUrl":"Patient/a","request":{"method":"DELETE","url":"Patient/a"}}"""),
            "Bundle.entry[0].fullUrl"
        },
        { "versioned (bdl-8)", Entries("collection", Entry("http://a/Patient/a/_history/1", Patient)), "Bundle.entry[0]" },
        {
            "in a Bundle within a Bundle", Entries("collection", Entry(Uuid + "1", Entries("collection", Entry("Patient/a", Patient)))),
            "Bundle.entry[0].resource.entry[0].fullUrl"
        },
    };

    public static TheoryData<string, string, string?> Links => new()
    {
        {
            "each once", Linked(("self", "http://a/Patient"), ("next", "http://a/Patient?page=2"), ("previous", "http://a/Patient?page=0")),
            null
        },
        { "self twice", Linked(("self", "http://a/Patient"), ("self", "http://a/Patient")), "Bundle.link[1].relation" },
        {
            "next twice, to two pages",
            Linked(("self", "http://a/Patient"), ("next", "http://a/Patient?page=2"), ("next", "http://a/Patient?page=3")),
            "Bundle.link[2].relation"
        },
    };

    public static TheoryData<string, string, string?> Searches => new()
    {
        { "a match of the type", Found("http://a/fhir/Patient?name=x", "match", Patient), null },
        { "a match of another type", Found("http://a/fhir/Observation?code=x", "match", Patient), "Bundle.entry[0].resource" },
        { "the same with _search", Found("http://a/fhir/Observation/_search?code=x", "match", Patient), "Bundle.entry[0].resource" },
        { "the same in a compartment", Found("http://a/fhir/Group/1/Observation", "match", Patient), "Bundle.entry[0].resource" },
        { "the same by a relative link", Found("Observation?code=x", "match", Patient), "Bundle.entry[0].resource" },
        { "another type that was included", Found("http://a/fhir/Observation?_include=Observation:subject", "include", Patient), null },
        { "an entry without a mode", Found("http://a/fhir/Observation?code=x", null, Patient), null },
        { "a search of all types", Found("http://a/fhir?_lastUpdated=gt2020", "match", Patient), null },
        { "a search of all types with _search", Found("http://a/fhir/_search?_lastUpdated=gt2020", "match", Patient), null },
        { "an operation", Found("http://a/fhir/Encounter/1/$everything", "match", Patient), null },
        { "a named query", Found("http://a/fhir/Encounter?_query=mine", "match", Patient), null },
        { "a type only in the query", Found("http://a/fhir?x=a/Observation", "match", Patient), null },
        { "no self link", Entries("searchset", """{"search":{"mode":"match"},"resource":{"resourceType":"Patient","id":"a"}}"""), null },
        { "a match without id", Found("http://a/fhir/Patient", "match", """{"resourceType":"Patient"}"""), "Bundle.entry[0].resource.id" },
        {
            "an included one without id", Found("http://a/fhir/Observation", "include", """{"resourceType":"Patient"}"""),
            "Bundle.entry[0].resource.id"
        },
        {
            "one without mode and id", Found("http://a/fhir/Patient", null, """{"resourceType":"Patient"}"""), "Bundle.entry[0].resource.id"
        },
        {
            "an outcome, which has no id",
            Found(
                "http://a/fhir/Patient",
                "outcome",
                """{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"processing"}]}"""),
            null
        },
        { "no id in a collection", Entries("collection", Entry(null, """{"resourceType":"Patient"}""")), null },
    };

    public static TheoryData<string, string, string?> Identities => new()
    {
        {
            "the same id of two types",
            Entries("collection", Entry(null, Patient), Entry(null, """{"resourceType":"Group","id":"a","type":"person","actual":true}""")),
            null
        },
        { "the same id twice", Entries("collection", Entry(null, Patient), Entry(null, Patient)), "Bundle.entry[1].resource.id" },
        {
            "the same version twice", Entries("collection", Entry(null, Version("1")), Entry(null, Version("1"))),
            "Bundle.entry[1].resource.id"
        },
        { "two versions", Entries("collection", Entry(null, Version("1")), Entry(null, Version("2"))), null },
        { "found twice", Entries("searchset", Entry(null, Patient), Entry(null, Patient)), "Bundle.entry[1].resource.id" },
        { "two servers", Entries("collection", Entry("http://a/Patient/a", Patient), Entry("http://b/Patient/a", Patient)), null },
        {
            "one fullUrl twice (bdl-7)", Entries("collection", Entry("http://a/Patient/a", Patient), Entry("http://a/Patient/a", Patient)),
            "Bundle"
        },
        {
            "one fullUrl, two versions",
            Entries("collection", Entry("http://a/Patient/a", Version("1")), Entry("http://a/Patient/a", Version("2"))), null
        },
        {
            "one uuid, two types (bdl-7)",
            Entries("collection", Entry(Uuid + "1", Patient), Entry(
                Uuid + "1", """{"resourceType":"Group","id":"a","type":"person","actual":true}""")),
            "Bundle"
        },
        { "a history", Entries("history", Past("1"), Past("1")), null },
        { "a batch, whose entries stand alone", Entries("batch", Posted, Posted), null },
    };

    public static TheoryData<string, string, string?> ElementIds => new()
    {
        { "each once", Named("1", "2"), null },
        { "a name and an entry of the Bundle around it", Entries("collection", $$"""{"id":"1","resource":{{Named("1", "2")}} }"""), null },
        { "two resources of a Bundle", Entries("collection", Entry(null, Named("1", "2")), Entry(null, Named("1", "2", "b"))), null },
        { "a resource and an element of it", Named("a", "1"), null },
        {
            "a resource that is contained",
            Named("1", "2")
                .Replace(
                    "\"name\"",
                    "\"contained\":[{\"resourceType\":\"Group\",\"id\":\"g\",\"type\":\"person\",\"actual\":true,"
                        + "\"identifier\":[{\"id\":\"1\",\"value\":\"v\"}],\"managingEntity\":{\"reference\":\"#\"}}],\"name\"",
                    StringComparison.Ordinal),
            null
        },
        { "two names", Named("1", "1"), "Patient.name[1].id" },
        {
            "two entries of a Bundle",
            Entries(
                "collection",
                """{"id":"1","resource":{"resourceType":"Patient"}}""",
                """{"id":"1","resource":{"resourceType":"Patient"}}"""),
            "Bundle.entry[1].id"
        },
        { "two names in an entry", Entries("collection", Entry(null, Named("1", "1"))), "Bundle.entry[0].resource.name[1].id" },
        {
            "an element and a primitive",
            """{"resourceType":"Patient","name":[{"id":"1","family":"f"}],"birthDate":"2000","_birthDate":{"id":"1"}}""",
            "Patient.birthDate.id"
        },
        {
            "an element and its extension",
            """{"resourceType":"Patient","extension":[{"id":"1","url":"http://a","valueCode":"c"}],"name":[{"id":"1","family":"f"}]}""",
            "Patient.name[0].id"
        },
        {
            "an element of a snapshot and of a differential",
            """{"resourceType":"StructureDefinition","url":"http://a","name":"N","status":"draft","kind":"resource","abstract":"""
                + """false,"type":"Patient","baseDefinition":"http:"""
                + """//hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","snapshot":{"element":["""
                + """{"id":"Patient","path":"Patient","definition":"d","min":0,"max":"*","base":{"path":"Patient","min":"""
                + """0,"max":"*"}}]},"differential":{"element":[{"id":"Patient","path":"Patient"}]}}""",
            null
        },
    };

    // https://hl7.org/fhir/R4/references.html#contained
    public static TheoryData<string, string, string?> ContainedIds => new()
    {
        { "two of two types", Holding(("Organization", "o"), ("Practitioner", "p")), null },
        { "ids that differ in case only", Holding(("Organization", "o"), ("Practitioner", "O")), null },
        { "the id of the resource around it", Holding(("Organization", "a")), null },
        {
            "in two entries of a Bundle",
            Entries("collection", Entry(null, Holding(("Organization", "o"))), Entry(
                null, Holding(("Practitioner", "o")).Replace("\"a\"", "\"b\"", StringComparison.Ordinal))),
            null
        },
        { "two of one type", Holding(("Organization", "o"), ("Organization", "o")), "Patient.contained[1].id" },
        { "two of two types, one id", Holding(("Organization", "o"), ("Practitioner", "o")), "Patient.contained[1].id" },
        {
            "in an entry of a Bundle", Entries("collection", Entry(null, Holding(("Organization", "o"), ("Organization", "o")))),
            "Bundle.entry[0].resource.contained[1].id"
        },
    };

    // https://hl7.org/fhir/R4/resource.html#id: a string of FHIRPath, which has no extensions; an element's id is one too
    public static TheoryData<string, string, string?> IdExtensions => new()
    {
        {
            "of an element beside it",
            """{"resourceType":"Patient","id":"a","_active":{"extension":[{"url":"http://a","valueCode":"c"}]}}""", null
        },
        {
            "of a resource", """{"resourceType":"Patient","id":"a","_id":{"extension":[{"url":"http://a","valueCode":"c"}]}}""",
            "Patient._id"
        },
        {
            "instead of the id", """{"resourceType":"Patient","active":true,"_id":{"extension":[{"url":"http://a","valueCode":"c"}]}}""",
            "Patient._id"
        },
        {
            "of an element",
            """{"resourceType":"Patient","name":[{"family":"f","id":"1","_id":{"extension":[{"url":"http://a","valueCode":"c"}]}}]}""",
            "Patient.name[0]._id"
        },
    };

    [Theory]
    [MemberData(nameof(FullUrls))]
    [MemberData(nameof(Links))]
    [MemberData(nameof(Searches))]
    [MemberData(nameof(Identities))]
    [MemberData(nameof(ElementIds))]
    [MemberData(nameof(ContainedIds))]
    [MemberData(nameof(IdExtensions))]
    [MemberData(nameof(Documents))]
    [MemberData(nameof(Fragments))]
    [MemberData(nameof(Attachments))]
    [MemberData(nameof(Periods))]
    public void A_rule_is_broken_at_one_element_or_kept(string reason, string json, string? expression)
    {
        var issues = ResourceValidator.Validate(Encoding.UTF8.GetBytes(json));

        Assert.True(
            issues.Select(issue => issue.Expression).SequenceEqual(expression is null ? [] : [expression]),
            $"{reason}: {string.Join("; ", issues)}");
    }

    [Fact]
    public void A_rule_in_words_is_an_invariant_to_those_who_ask_for_the_structure_only() => Assert.Empty(
        ResourceValidator.Validate(Encoding.UTF8.GetBytes(Attached("TWFu", 9)), ValidationOptions.StructureOnly));

    private const string Posted = """{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"POST","url":"Patient"}}""";

    private static string Entries(string type, params string[] entries)
    {
        var header =
            type == "document" ? "\"identifier\":{\"system\":\"s\",\"value\":\"1\"},\"timestamp\":\"2020-01-01T00:00:00Z\"," : string.Empty;
        return $$"""{"resourceType":"Bundle","type":"{{type}}",{{header}}"entry":[{{string.Join(',', entries)}}]}""";
    }

    private static string Entry(string? fullUrl, string resource) =>
        fullUrl is null ? $$"""{"resource":{{resource}} }""" : $$"""{"fullUrl":"{{fullUrl}}","resource":{{resource}} }""";

    private static string Named(string first, string second, string id = "a") =>
        $$"""{"resourceType":"Patient","id":"{{id}}","name":[{"id":"{{first}}","family":"f"},{"id":"{{second}}","family":"f"}]}""";

    /// <summary>A Patient who refers to everything in it.</summary>
    private static string Holding(params (string Type, string Id)[] contained)
    {
        var held = contained.Select(item => $$"""{"resourceType":"{{item.Type}}","id":"{{item.Id}}","identifier":[{"value":"v"}]}""");
        var references = contained.Select(item => $$"""{"reference":"#{{item.Id}}"}""");
        return $$"""{"resourceType":"Patient","id":"a","contained":[{{string.Join(',', held)}}],"generalPractitioner":["""
            + $$"""{{string.Join(',', references)}}]}""";
    }

    private static string Version(string version) => $$"""{"resourceType":"Patient","id":"a","meta":{"versionId":"{{version}}"} }""";

    private static string Past(string version) =>
        $$"""{"resource":{{Version(version)}},"request":{"method":"PUT","url":"Patient/a"},"response":{"status":"200"} }""";

    private static string Linked(params (string Relation, string Url)[] links) =>
        """{"resourceType":"Bundle","type":"searchset","link":["""
            + $$"""{{string.Join(',', links.Select(link => $$"""{"relation":"{{link.Relation}}","url":"{{link.Url}}"}"""))}}]}""";

    private static string Found(string self, string? mode, string resource)
    {
        var search = mode is null ? string.Empty : $$"""
            "search":{"mode":"{{mode}}"},
            """;
        return $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"{{self}}"}],"entry":[{ """
            + $$"""{{search}}"resource":{{resource}} }]}""";
    }
}
