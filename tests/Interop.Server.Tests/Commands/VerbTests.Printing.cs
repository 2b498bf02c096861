using System.Text.Json;

namespace Interop.Server.Tests.Commands;

/// <summary>What fhirpath and index print.</summary>
public sealed partial class VerbTests
{
    [Fact]
    public async Task Fhirpath_prints_type_path_and_value_as_JSON_lines()
    {
        Write("patient.json", Fixtures.Patient("a", "Ångström"));

        var (status, text) = await Verb.RunAsync("fhirpath", "Patient.name.family | Patient.name.count()", In("patient.json"));
        var (wrong, wrongText) = await Verb.RunAsync("fhirpath", "Patient..name", In("patient.json"));

        Assert.Equal(0, status);
        Assert.Equal(
            ["""{"type":"string","path":"Patient.name[0].family","value":"Ångström"}""", """{"type":"integer","value":1}"""],
            text.Trim().Split('\n'));
        Assert.Equal(2, wrong);
        Assert.StartsWith("error", wrongText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fhirpath_prints_values_alone_where_a_script_wants_them()
    {
        Write("patient.json", Fixtures.Patient("a", "Ångström"));

        var (status, text) =
            await Verb.RunAsync("fhirpath", "--value", "name.family | active | name.given.count() | name.period", In("patient.json"));

        Assert.Equal((0, "Ångström\ntrue\n1"), (status, text.Trim()));
    }

    [Fact]
    public async Task Index_prints_parameter_type_and_value_as_JSON_lines()
    {
        Write("patient.json", Fixtures.Patient("a", "Ångström"));

        var (status, text) = await Verb.RunAsync("index", In("patient.json"));

        Assert.Equal(0, status);
        var lines = text.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(
            lines,
            line => line.GetProperty("parameter").GetString() == "family" && line.GetProperty("type").GetString() == "string"
                && line.GetProperty("value").GetString() == "Ångström");
        Assert.Contains(lines, line =>
            line.GetProperty("parameter").GetString() == "gender" && line.GetProperty("value").GetProperty("code").GetString() == "female");
        Assert.Contains(
            lines, line => line.GetProperty("parameter").GetString() == "birthdate" && line.GetProperty("type").GetString() == "date");
    }

    [Theory]
    [InlineData("<")]
    [InlineData("<=")]
    [InlineData(">")]
    [InlineData(">=")]
    public async Task Index_prints_an_open_end_as_null_alone_and_in_tuples(string comparator)
    {
        Write("observation.json", $$"""
            {"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1988-5"}]},
             "valueQuantity":{"value":5,"comparator":"{{comparator}}","unit":"mg/L","system":"http://unitsofmeasure.org","code":"mg/L"} }
            """);

        var (status, text) = await Verb.RunAsync("index", In("observation.json"));

        Assert.Equal(0, status);
        var lines = text.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var alone = lines.Single(line => line.GetProperty("parameter").GetString() == "value-quantity").GetProperty("value");
        var tuple = lines.First(line => line.GetProperty("parameter").GetString() == "code-value-quantity").GetProperty("value")[1]
            .GetProperty("value");
        foreach (var value in (JsonElement[])[alone, tuple])
        {
            Assert.Equal(JsonValueKind.Null, value.GetProperty(comparator[0] == '<' ? "low" : "high").ValueKind);
            Assert.Equal(5, value.GetProperty(comparator[0] == '<' ? "high" : "low").GetDouble(), tolerance: 1);
        }
    }

    [Fact]
    public async Task Index_says_of_each_line_which_resource_it_is_about()
    {
        Write("many.ndjson", Fixtures.Patient("a") + "\n" + Fixtures.Patient("b") + "\n{\"resourceType\":\"Patient\",\"active\":true}\n");

        var (status, text) = await Verb.RunAsync("index", In("many.ndjson"));

        Assert.Equal(0, status);
        var told = text.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (line.GetProperty("file").GetString(), line.GetProperty("resource").GetString())).Distinct();
        Assert.Equal(
            [($"{In("many.ndjson")}:1", "Patient/a"), ($"{In("many.ndjson")}:2", "Patient/b"), ($"{In("many.ndjson")}:3", "Patient")],
            told);
    }

    [Theory]
    [InlineData("@2012-04-23", "date")]
    [InlineData("@2012", "date")]
    [InlineData("@2012-04-23T10:00:00Z", "dateTime")]
    [InlineData("@T14:30", "time")]
    public async Task An_expression_that_begins_with_a_date_is_no_file_of_arguments(string expression, string type)
    {
        Write("patient.json", Fixtures.Patient("a"));

        var (status, text) = await Verb.RunAsync("fhirpath", expression, In("patient.json"));

        Assert.Equal(0, status);
        Assert.EndsWith(
            type, JsonDocument.Parse(text.Trim()).RootElement.GetProperty("type").GetString()!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_file_whose_name_begins_with_an_at_sign_is_a_file_like_any_other()
    {
        Write("@patient.json", Fixtures.Patient("a"));

        var (status, text) = await Verb.RunAsync(new DirectoryInfo(folder), "validate", "@patient.json");

        Assert.Equal((0, "ok @patient.json"), (status, text.Trim()[..16]));
    }
}
