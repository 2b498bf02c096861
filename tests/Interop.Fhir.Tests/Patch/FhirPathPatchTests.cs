using System.Text;
using Interop.Fhir.Patch;
using Xunit;

namespace Interop.Fhir.Tests.Patch;

public sealed class FhirPathPatchTests
{
    private const string Patient =
        """{"resourceType":"Patient", "active": true ,"name":[{"family":"Roe","given":["A", "B"],"_given":[null,{"id":"b"}]}]"""
        + ""","identifier":[{"value":"1"}, {"value":"2"}, {"value":"3"}],"_birthDate":{"id":"x"}"""
        + ""","birthDate":"1970-01-01","contact":[{"gender":"male"}]}""";

    [Theory]
    [InlineData("add", "Patient", "gender", "\"valueCode\":\"male\"", "\"gender\":\"male\"")]
    [InlineData(
        "add", "Patient", "name", "\"valueHumanName\":{\"family\":\"Doe\"}", "\"_given\":[null,{\"id\":\"b\"}]},{\"family\":\"Doe\"}]")]
    [InlineData("add", "Patient", "deceased", "\"valueBoolean\":false", "\"deceasedBoolean\":false")]
    [InlineData("add", "Patient", "deceased[x]", "\"valueDateTime\":\"2020\"", "\"deceasedDateTime\":\"2020\"")]
    [InlineData(
        "add", "Patient.name[0]", "given", "\"valueString\":\"C\"", "\"given\":[\"A\",\"B\",\"C\"],\"_given\":[null,{\"id\":\"b\"},null]")]
    [InlineData(
        "add",
        "Patient.contact[0]",
        "organization",
        "\"valueReference\":{\"reference\":\"Organization/1\"}",
        "{\"gender\":\"male\",\"organization\":{\"reference\":\"Organization/1\"}}")]
    [InlineData(
        "add",
        "Patient",
        "contact",
        "\"part\":[{\"name\":\"gender\",\"valueCode\":\"female\"},{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"9\"}},"
            + "{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"8\"}}]",
        "{\"gender\":\"female\",\"telecom\":[{\"value\":\"9\"},{\"value\":\"8\"}]}")]
    [InlineData(
        "add",
        "Patient",
        "language",
        "\"valueCode\":\"en\",\"_valueCode\":{\"id\":\"l\"}",
        "\"language\":\"en\",\"_language\":{\"id\":\"l\"}")]
    public void Something_is_added(string type, string path, string name, string value, string expected) =>
        Assert.Contains(
            expected,
            Apply(Patient, Operation(type, path, $$"""{"name":"name","valueString":"{{name}}"}""", $$"""{"name":"value",{{value}}}""")));

    [Theory]
    [InlineData("Patient.birthDate", "")]
    [InlineData("Patient.identifier[1]", "\"identifier\":[{\"value\":\"1\"}, {\"value\":\"3\"}]")]
    [InlineData("Patient.identifier.where(value='3')", "\"identifier\":[{\"value\":\"1\"}, {\"value\":\"2\"}]")]
    [InlineData("Patient.name.given[0]", "\"given\":[\"B\"],\"_given\":[{\"id\":\"b\"}]")]
    [InlineData("Patient.name[0].given[1]", "\"given\":[\"A\"]}]")]
    [InlineData("Patient.maritalStatus", "\"birthDate\"")]
    public void Something_is_deleted_with_its_extensions(string path, string expected)
    {
        var result = Apply(Patient, Operation("delete", path));

        Assert.Contains(expected, result);
        Assert.Equal(path != "Patient.birthDate", result.Contains("birthDate", StringComparison.Ordinal));
        Assert.StartsWith("{\"resourceType\":\"Patient\", \"active\": true ,", result, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient.active", "\"valueBoolean\":false", "\"active\": false ,")]
    [InlineData("Patient.birthDate", "\"valueDate\":\"1980\"", "\"birthDate\":\"1980\"")]
    [InlineData("Patient.identifier[0]", "\"valueIdentifier\":{\"value\":\"9\"}", "[{\"value\":\"9\"}, {\"value\":\"2\"}")]
    [InlineData("Patient.name[0].given[1]", "\"valueString\":\"Z\"", "\"given\":[\"A\",\"Z\"]}]")]
    public void Something_is_replaced(string path, string value, string expected) =>
        Assert.Contains(expected, Apply(Patient, Operation("replace", path, $$"""{"name":"value",{{value}}}""")));

    [Fact]
    public void A_choice_is_replaced_by_another_type()
    {
        const string Deceased = """{"resourceType":"Patient","deceasedBoolean":true,"active":true}""";

        Assert.Equal(
            """{"resourceType":"Patient","deceasedDateTime":"2020","active":true}""",
            Apply(Deceased, Operation("replace", "Patient.deceased", """{"name":"value","valueDateTime":"2020"}""")));
    }

    [Theory]
    [InlineData(0, "[{\"value\":\"9\"},{\"value\":\"1\"}, ")]
    [InlineData(2, "{\"value\":\"2\"}, {\"value\":\"9\"},{\"value\":\"3\"}]")]
    [InlineData(3, "{\"value\":\"3\"},{\"value\":\"9\"}]")]
    public void Something_is_inserted(int index, string expected) =>
        Assert.Contains(
            expected,
            Apply(
                Patient,
                Operation("insert", "Patient.identifier", Index("index", index), """{"name":"value","valueIdentifier":{"value":"9"}}""")));

    [Fact]
    public void The_first_item_is_inserted_into_a_list_that_is_not_there() =>
        Assert.Contains("\"photo\":[{\"title\":\"p\"}]", Apply(
            Patient, Operation("insert", "Patient.photo", Index("index", 0), """{"name":"value","valueAttachment":{"title":"p"}}""")));

    [Theory]
    [InlineData(0, 2, "2 3 1")]
    [InlineData(2, 0, "3 1 2")]
    [InlineData(1, 1, "1 2 3")]
    public void Something_is_moved(int source, int destination, string order)
    {
        var expected = string.Join(',', order.Split(' ').Select(value => $$"""{"value":"{{value}}"}"""));

        Assert.Contains(
            expected, Apply(Patient, Operation("move", "Patient.identifier", Index("source", source), Index("destination", destination))));
    }

    public static TheoryData<string> Failures =>
    [
        Operation("add", "Patient", """{"name":"name","valueString":"active"}""", """{"name":"value","valueBoolean":true}"""),
        Operation("add", "Patient", """{"name":"name","valueString":"colour"}""", """{"name":"value","valueString":"x"}"""),
        Operation("add", "Patient.identifier", """{"name":"name","valueString":"value"}""", """{"name":"value","valueString":"x"}"""),
        Operation("delete", "Patient.identifier"),
        Operation("delete", "Patient"),
        Operation("delete", "Patient.identifier.count()"),
        Operation("replace", "Patient.maritalStatus", """{"name":"value","valueString":"x"}"""),
        Operation("replace", "Patient.identifier", """{"name":"value","valueString":"x"}"""),
        Operation("insert", "Patient.identifier", Index("index", 4), """{"name":"value","valueIdentifier":{"value":"9"}}"""),
        Operation("insert", "Patient.active", Index("index", 0), """{"name":"value","valueBoolean":true}"""),
        Operation("insert", "Patient.identifier.value", Index("index", 0), """{"name":"value","valueString":"x"}"""),
        Operation("move", "Patient.identifier", Index("source", 0), Index("destination", 3)),
        Operation("move", "Patient.photo", Index("source", 0), Index("destination", 0)),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_can_not_be_done_is_an_issue_and_nothing_changes(string patch)
    {
        var parsed = FhirPathPatch.Parse(Bytes(patch), out var wrong);

        Assert.Empty(wrong);
        Assert.Null(parsed!.Apply(Bytes(Patient), out var issues));
        Assert.Equal("Parameters.parameter[0]", Assert.Single(issues).Expression);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"op"}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"grow"}]}]}""")]
    [InlineData("""{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"}]}]}""")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},"""
            + """{"name":"path","valueString":"a..b"}]}]}""")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"move"},"""
            + """{"name":"path","valueString":"Patient.name"},{"name":"source","valueInteger":-1},"""
            + """{"name":"destination","valueInteger":0}]}]}""")]
    [InlineData("[]")]
    public void What_is_no_patch_is_refused(string patch)
    {
        Assert.Null(FhirPathPatch.Parse(Bytes(patch), out var issues));
        Assert.NotEmpty(issues);
    }

    private static string Index(string name, int index) => $$"""{"name":"{{name}}","valueInteger":{{index}}}""";

    private static string Operation(string type, string path, params string[] parts) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"{{type}}"},{"name":"path",
        "valueString":"{{path}}"}{{string.Concat(parts.Select(part => "," + part))}}]}]}
        """;

    private static string Apply(string resource, string patch)
    {
        var parsed = FhirPathPatch.Parse(Bytes(patch), out var wrong);
        Assert.Empty(wrong);
        var changed = parsed!.Apply(Bytes(resource), out var issues);
        Assert.Empty(issues);
        return Encoding.UTF8.GetString(changed!);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
