using System.Text;
using Interop.Fhir.Validation;
using Interop.Fhir.Views;
using Xunit;

namespace Interop.Fhir.Tests.Views;

public sealed class ResourceViewsTests
{
    private const string Tag = """{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}""";

    private const string Observation = """
        {"resourceType":"Observation","id":"o","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
        "status": "final" ,"code":{"text":"c"},"note":[{"text":"n"}],"valueQuantity":{"value":1.00},"component":[{"code":{"text":"d"}}]}
        """;

    [Fact]
    public void Elements_keep_what_was_asked_for_and_what_is_mandatory() => Assert.Equal(
        $$$"""{"resourceType":"Observation","id":"o","meta":{"tag":[{{{Tag}}}]},"status": "final","code":"""
            + """{"text":"c"},"note":[{"text":"n"}]}""",
        Elements(Observation, "note"));

    [Theory]
    [InlineData("value")]
    [InlineData("value[x]")]
    [InlineData("valueQuantity")]
    [InlineData("Observation.value")]
    public void A_choice_is_asked_for_by_any_of_its_names(string name) =>
        Assert.Contains("\"valueQuantity\":{\"value\":1.00}", Elements(Observation, name));

    [Theory]
    [InlineData("Patient.value")]
    [InlineData("colour")]
    [InlineData("component.code")]
    public void Other_names_select_nothing(string name) =>
        Assert.DoesNotContain("value", Elements(Observation, name).Replace("ObservationValue", string.Empty, StringComparison.Ordinal));

    [Fact]
    public void Modifiers_stay_whatever_was_asked_for()
    {
        const string Patient = """{"resourceType":"Patient","implicitRules":"http://r","modifierExtension":["""
            + """{"url":"http://m","valueBoolean":true}],"active":false,"_active":{"id":"a"},"gender":"male"}""";

        var view = Elements(Patient, "name");

        Assert.Equal(
            $$$"""{"resourceType":"Patient","meta":{"tag":[{{{Tag}}}]},"implicitRules":"http://r","modifierExtension":[{"url":"http:"""
                + """//m","valueBoolean":true}],"active":false,"_active":{"id":"a"}}""",
            view);
    }

    [Theory]
    [InlineData("\"meta\":{\"versionId\":\"1\"}", "\"meta\":{\"versionId\":\"1\",\"tag\":[TAG]}")]
    [InlineData("\"meta\":{\"tag\":[{\"code\":\"x\"}]}", "\"meta\":{\"tag\":[{\"code\":\"x\"},TAG]}")]
    [InlineData("\"meta\":{\"tag\":[TAG]}", "\"meta\":{\"tag\":[TAG]}")]
    public void The_tag_is_added_once(string meta, string expected) => Assert.Equal(
        $$"""{"resourceType":"Patient",{{expected.Replace("TAG", Tag, StringComparison.Ordinal)}}}""",
        Elements($$"""{"resourceType":"Patient",{{meta.Replace("TAG", Tag, StringComparison.Ordinal)}},"gender":"male"}""", "name"));

    [Fact]
    public void A_summary_has_the_elements_that_R4_marks()
    {
        var view = Summary(Observation, SummaryMode.True);

        Assert.DoesNotContain("note", view);
        Assert.DoesNotContain("\"text\":{", view);
        Assert.Contains("\"valueQuantity\":{\"value\":1.00}", view);
        Assert.Contains("\"component\":[{\"code\":{\"text\":\"d\"}}]", view);
    }

    [Fact]
    public void A_summary_drops_what_is_not_marked_inside_elements_and_entries()
    {
        const string Bundle = """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:x:1","resource":"""
            + """{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"data":"AAAA","url":"http://a"}}]}}]}""";

        var view = Summary(Bundle, SummaryMode.True);

        Assert.DoesNotContain("AAAA", view);
        Assert.Contains("""{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"url":"http://a"}}]}""", view);
    }

    [Fact]
    public void The_text_mode_keeps_text_and_mandatory_elements() => Assert.Equal(
        ["resourceType", "id", "meta", "text", "status", "code"],
        Interop.Fhir.Json.TopLevel.Properties(ResourceViews.Summary(Encoding.UTF8.GetBytes(Observation), SummaryMode.Text))
            .Select(property => property.Name));

    [Fact]
    public void The_data_mode_drops_the_text_alone()
    {
        var view = Summary(Observation, SummaryMode.Data);

        Assert.DoesNotContain("generated", view);
        Assert.Contains("\"text\":\"n\"", view);
    }

    [Fact]
    public void False_is_the_resource_itself() => Assert.Equal(Observation, Summary(Observation, SummaryMode.False));

    [Fact]
    public void What_is_no_resource_is_a_format_error() =>
        Assert.Throws<FormatException>(() => ResourceViews.Summary("{}"u8, SummaryMode.True));

    [ExamplesFact]
    public void Every_view_of_every_official_example_is_valid()
    {
        foreach (var file in Examples.Files().Where((_, index) => index % 5 == 0))
        {
            var bytes = File.ReadAllBytes(file);
            if (ResourceValidator.Validate(bytes).Any(issue => issue.Severity <= IssueSeverity.Error))
            {
                continue;
            }

            foreach (var mode in new[] { SummaryMode.True, SummaryMode.Text, SummaryMode.Data })
            {
                var issues = ResourceValidator.Validate(ResourceViews.Summary(bytes, mode))
                    .Where(issue => issue.Severity <= IssueSeverity.Error && issue.Code != "invariant");
                Assert.True(!issues.Any(), $"{Path.GetFileName(file)} {mode}: {issues.FirstOrDefault()}");
            }
        }
    }

    private static string Elements(string resource, params string[] names) =>
        Encoding.UTF8.GetString(ResourceViews.Elements(Encoding.UTF8.GetBytes(resource), names));

    private static string Summary(string resource, SummaryMode mode) =>
        Encoding.UTF8.GetString(ResourceViews.Summary(Encoding.UTF8.GetBytes(resource), mode));
}
