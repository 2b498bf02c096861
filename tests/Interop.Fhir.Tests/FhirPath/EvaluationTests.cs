using System.Text;
using Interop.Fhir.FhirPath;
using Xunit;

namespace Interop.Fhir.Tests.FhirPath;

/// <summary>What the official suite does not ask: resolving, variables, units, and what is evaluated once for many.</summary>
public sealed class EvaluationTests
{
    private static readonly byte[] Bundle = [.. """
        {"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"http://h/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p","name":[{"family":"A"}],"generalPractitioner":[
        {"reference":"Practitioner/d"}]}},
        {"fullUrl":"urn:uuid:6f7a3c1e-0000-4000-8000-000000000000","resource":{"resourceType":"Encounter","status":"planned",
        "class":{"code":"AMB"},"subject":{"reference":"Patient/p"}}},
        {"resource":{"resourceType":"Task","status":"draft","intent":"order",
        "focus":{"reference":"urn:uuid:6f7a3c1e-0000-4000-8000-000000000000"}}}]}
        """u8];

    private static readonly byte[] Practitioner =
        [.. """{"resourceType":"Practitioner","id":"d","name":[{"family":"B","given":["C"]}]}"""u8];

    [Theory]
    [InlineData("Bundle.entry.resource.ofType(Encounter).subject.resolve().name.family", "\"A\"")]
    [InlineData("Bundle.entry.resource.ofType(Task).focus.resolve().status", "\"planned\"")]
    [InlineData("Bundle.entry.resource.ofType(Patient).generalPractitioner.resolve().name.family", "\"B\"")]
    [InlineData("Bundle.entry.resource.ofType(Patient).generalPractitioner.resolve().name.given.first() & '!'", "C!")]
    [InlineData("Bundle.entry.resource.ofType(Patient).generalPractitioner.resolve() is Practitioner", "True")]
    public void References_are_resolved_in_the_bundle_and_through_the_caller(string expression, string expected) =>
        Assert.Equal(expected, Text(expression, new(Resolve: reference => reference == "Practitioner/d" ? Practitioner : null)));

    [Fact]
    public void A_path_says_where_an_item_stands() => Assert.Equal(
        "Bundle.entry[0].resource.name[0].family",
        Assert.Single(FhirPathExpression.Compile("descendants().family").Evaluate(Bundle)).Path);

    [Fact]
    public void Variables_come_from_the_caller() =>
        Assert.Equal("x", Text("%mine", new(Variables: new Dictionary<string, string> { ["mine"] = "x" })));

    [Fact]
    public void The_clock_is_the_callers()
    {
        Assert.Equal("2026-11-22", Text("today()", new(Now: new(2026, 11, 22, 1, 2, 3, TimeSpan.FromHours(-4)))));
        Assert.Throws<FhirPathException>(() => Text("now()", new()));
    }

    [Theory]
    [InlineData("1 'L' = 1000 'mL'", "True")]
    [InlineData("120 'mm[Hg]' > 10 'kPa'", "True")]
    [InlineData("37 'Cel' = 98.6 '[degF]'", "True")]
    [InlineData("1 '10*3/uL' = 1 '10*9/L'", "True")]
    [InlineData("5 'mg/dL' = 0.05 'g/L'", "True")]
    [InlineData("1 'kg{wet}' = 1000 'g'", "True")]
    [InlineData("1 'mmol/L' = 1 'mg/dL'", "")]
    [InlineData("1 '[made_up]' = 1 '[made_up]'", "True")]
    [InlineData("1 '[made_up]' = 1 'g'", "")]
    [InlineData("1 year = 12 months", "True")]
    [InlineData("1 year > 300 days", "")]
    [InlineData("1 'h' + 30 'min' = 90 'min'", "True")]
    [InlineData("@2024-01-31 + 1 month", "2024-02-29")]
    [InlineData("@2024 + 18 months", "2025")]
    [InlineData("@T23:30 + 1 hour", "00:30")]
    public void Units_convert_where_they_are_listed(string expression, string expected) => Assert.Equal(expected, Text(expression, new()));

    [Theory]
    [InlineData("(1 | 2).select($this + (10 | 20).where($this = 10).first())", "11,12")]
    [InlineData("Bundle.entry.resource.select(%resource.entry.count())", "3,3,3")]
    [InlineData("Bundle.entry.where(%resource.entry.first().fullUrl = fullUrl).resource.id", "\"p\"")]
    [InlineData("(1 | 2 | 3).select($index)", "0,1,2")]
    [InlineData("(1 | 2).select((5 | 6).select($index).last() + $index)", "1,2")]
    [InlineData("(1 | 2 | 3).aggregate($total + (1 | 2).aggregate($total + $this, 0) + $this, 0)", "15")]
    [InlineData("(3 | 1 | 2).sort()", "1,2,3")]
    public void Loops_nest(string expression, string expected) => Assert.Equal(expected, Text(expression, new()));

    private static string Text(string expression, FhirPathContext context) =>
        string.Join(',', FhirPathExpression.Compile(expression).Evaluate(Bundle, context)
            .Select(item => item.Bytes is { } bytes ? Encoding.UTF8.GetString(Bundle[bytes]) : item.Value?.ToString()));
}
