using System.Text;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>One row per way in which R4 JSON goes wrong, or looks as if it did.</summary>
public sealed class PitfallTests
{
    [Theory]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"id":"a","resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1974"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1974-12"}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2024-02-29"}""")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2016-12-31T23:59:60Z"}""")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2016-12-31T23:59:00.000+14:00"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"u","valueCode":"x"}]}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"x"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[null,{"id":"x"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]}}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":" "}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"tab \t and \u00e9 \ud83d\ude00"}]}""")]
    [InlineData(
        """{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"n"}],"managingOrganization":"""
            + """{"reference":"#o"}}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"https://example.org/fhir/Patient/1"}}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"Organization?identifier=a|b"}}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"urn:uuid:0A000000-0000-4000-8000-000000000000"}}""")]
    [InlineData("""{"resourceType":"Patient","photo":[{"contentType":"text/plain","data":"TWFu IHdo\nbw=="}]}""")]
    [InlineData("""{"resourceType":"Patient","language":"de-CH"}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00}}""")]
    [InlineData(
        """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":"""
            + """{"value":1234567890123456789012345678901234567890}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":-1.000E+245}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0e0}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":-0.0}}""")]
    [InlineData("""{"resourceType":"Observation","_status":{"extension":[{"url":"u","valueCode":"x"}]},"code":{"text":"x"}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"a"}}]}""")]
    public void These_are_legal(string json) => Assert.Empty(Validate(json));

    [Theory]
    [InlineData("""{}""", "Resource")]
    [InlineData("""[]""", "Resource")]
    [InlineData("""{"resourceType":"Person2"}""", "Resource")]
    [InlineData("""{"resourceType":"patient"}""", "Resource")]
    [InlineData("""{"resourceType":"DomainResource"}""", "Resource")]
    [InlineData("""{"resourceType":"Patient","resourceType":"Patient"}""", "Patient.resourceType")]
    [InlineData("""{"resourceType":"Patient","foo":1}""", "Patient.foo")]
    [InlineData("""{"resourceType":"Patient","fhir_comments":["x"]}""", "Patient.fhir_comments")]
    [InlineData("""{"resourceType":"Patient","Gender":"male"}""", "Patient.Gender")]
    [InlineData("""{"resourceType":"Patient","g\u0065nder":"male"}""", "Patient.?")]
    [InlineData("""{"resourceType":"Patient","name":[]}""", "Patient.name")]
    [InlineData("""{"resourceType":"Patient","name":{"family":"x"}}""", "Patient.name")]
    [InlineData("""{"resourceType":"Patient","birthDate":["1974"]}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", "Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","name":[null]}""", "Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","gender":null}""", "Patient.gender")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":""}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",""]}]}""", "Patient.name[0].given[1]")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null],"_given":[{"id":"x"},null]}]}""", "Patient.name[0].given[1]")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":[null],"_given":[{"id":"x"}]}]}""", "Patient.name[0].given")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[null]}]}""", "Patient.name[0].given")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null]}]}""", "Patient.name[0].given[1]")]
    [InlineData("""{"resourceType":"Patient","_name":[{"id":"x"}]}""", "Patient._name")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{}}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","_birthDate":{"value":"x"}}""", "Patient.birthDate.value")]
    [InlineData("""{"resourceType":"Patient","gender":"male","gender":"male"}""", "Patient.gender")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"x"}}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedString":"x"}""", "Patient.deceasedString")]
    [InlineData("""{"resourceType":"Patient","deceased":true}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","gender":"man"}""", "Patient.gender")]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", "Patient.active")]
    [InlineData("""{"resourceType":"Patient","active":1}""", "Patient.active")]
    [InlineData("""{"resourceType":"Patient","name":["x"]}""", "Patient.name[0]")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":{"a":1}}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2021-02-30"}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2021-13"}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","birthDate":"0000"}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2021-10-13+02:00"}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2021-10-13T10:00:00"}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2021-10-13T10:00Z"}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2021-10-13T24:00:00Z"}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2021-10-13T10:00:00+15:00"}""", "Patient.deceased")]
    [InlineData("""{"resourceType":"Patient","meta":{"lastUpdated":"2021-10-13"}}""", "Patient.meta.lastUpdated")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":2147483648}""", "Patient.multipleBirth")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":1.0}""", "Patient.multipleBirth")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":1e2}""", "Patient.multipleBirth")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":"1"}""", "Patient.multipleBirth")]
    [InlineData("""{"resourceType":"Patient","telecom":[{"rank":0}]}""", "Patient.telecom[0].rank")]
    [InlineData("""{"resourceType":"Patient","id":"a_b"}""", "Patient.id")]
    [InlineData("""{"resourceType":"Patient","id":"00000000001111111111222222222233333333334444444444555555555566666"}""", "Patient.id")]
    [InlineData("""{"resourceType":"Patient","implicitRules":"http://a b"}""", "Patient.implicitRules")]
    [InlineData("""{"resourceType":"Patient","language":"not a language"}""", "Patient.language")]
    [InlineData("""{"resourceType":"Patient","photo":[{"contentType":"text/plain","data":"TWF"}]}""", "Patient.photo[0].data")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"a\u0000b"}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"a\u0001b"}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"a\bb"}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"\ud800"}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"\udc00\ud800"}]}""", "Patient.name[0].family")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u"}]}""", "Patient.extension[0]")]
    [InlineData("""{"resourceType":"Patient","extension":[{"valueCode":"x"}]}""", "Patient.extension[0].url")]
    [InlineData(
        """{"resourceType":"Patient","extension":[{"url":"u","valueCode":"x","extension":[{"url":"u","valueCode":"x"}]}]}""",
        "Patient.extension[0]")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueOid":"urn:oid:3.1"}]}""", "Patient.extension[0].value")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueOid":"urn:oid:1.02"}]}""", "Patient.extension[0].value")]
    [InlineData(
        """{"resourceType":"Patient","extension":[{"url":"u","valueUuid":"urn:uuid:0A000000-0000-4000-8000-000000000000"}]}""",
        "Patient.extension[0].value")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueTime":"10:00"}]}""", "Patient.extension[0].value")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueCode":" x"}]}""", "Patient.extension[0].value")]
    [InlineData(
        """{"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}}""", "Patient.managingOrganization.reference")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"Thing/1"}}""", "Patient.managingOrganization.reference")]
    [InlineData("""{"resourceType":"Patient","contained":[{"resourceType":"Patient","gender":"x"}]}""", "Patient.contained[0].gender")]
    [InlineData("""{"resourceType":"Patient","contained":[{"id":"x"}]}""", "Patient.contained[0]")]
    [InlineData("""{"resourceType":"Observation","code":{"text":"x"}}""", "Observation.status")]
    [InlineData(
        """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","name":[{"use":"x"}]}}]}""",
        "Bundle.entry[0].resource.name[0].use")]
    [InlineData(
        """{"resourceType":"Parameters","parameter":[{"name":"a","part":[{"name":"b","resource":{"resourceType":"Patient","x":1}}]}]}""",
        "Parameters.parameter[0].part[0].resource.x")]
    [InlineData(
        """{"resourceType":"Condition","subject":{"reference":"Patient/1"},"clinicalStatus":{"coding":[{"system":"x","code":"active"}]}}""",
        "Condition.clinicalStatus")]
    public void These_break_a_rule_at_one_element(string json, string expression)
    {
        var issues = Validate(json);

        Assert.All(issues, issue => Assert.Equal(expression, issue.Expression));
        Assert.NotEmpty(issues);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient",}""")]
    [InlineData("""{"resourceType":"Patient"} x""")]
    [InlineData("""{"resourceType":"Patient"}{}""")]
    [InlineData("""{"resourceType":"Patient" /* x */}""")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":01}""")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":+1}""")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":1.}""")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":NaN}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"\x"}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"family":"\u12g4"}]}""")]
    [InlineData("""{'resourceType':'Patient'}""")]
    [InlineData("""{"resourceType":"Patient" """)]
    [InlineData("""{"resourceType":"Patient"]""")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\nb\"}]}")]
    [InlineData("")]
    [InlineData("   ")]
    public void These_are_not_JSON_and_the_place_is_named(string json)
    {
        var issue = Assert.Single(Validate(json));

        Assert.Equal(IssueSeverity.Fatal, issue.Severity);
        Assert.Matches(@"line \d+, column \d+, byte \d+", issue.Diagnostics);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    public void Bytes_that_are_not_UTF_8_are_refused_where_they_stand(byte[] wrong)
    {
        byte[] json = [.. "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\""u8, .. wrong, .. "\"}]}"u8];

        var issue = Assert.Single(ResourceValidator.Validate(json));

        Assert.Equal(IssueSeverity.Fatal, issue.Severity);
        Assert.Contains("byte 45", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void One_byte_order_mark_is_ignored_and_a_second_is_not()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        byte[] once = [.. mark, .. "{\"resourceType\":\"Patient\"}"u8];

        Assert.Empty(ResourceValidator.Validate(once));
        Assert.Single(ResourceValidator.Validate([.. mark, .. once]));
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void Deep_nesting_is_an_issue_and_not_a_crash(int depth)
    {
        var json = "{\"resourceType\":\"Patient\",\"extension\":" + new string('[', depth);

        var issue = Assert.Single(Validate(json));

        Assert.Contains("deeper than 256", issue.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_nested_extensions_are_legal()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"url\":\"u\",\"extension\":[", 99)) + "{\"url\":\"u\",\"valueCode\":\"x\"}"
            + string.Concat(Enumerable.Repeat("]}", 99));

        Assert.Empty(Validate($$"""{"resourceType":"Patient","extension":[{{nested}}]}"""));
    }

    [Fact]
    public void The_deepest_resource_that_is_read_needs_little_stack()
    {
        const int Levels = 126; // an object and an array each, in an object and an array: 254 of 256
        var json =
            "{\"resourceType\":\"Patient\",\"extension\":[" + string.Concat(Enumerable.Repeat("{\"url\":\"u\",\"extension\":[", Levels))
                + "{\"url\":\"u\",\"valueCode\":\"x\"}" + string.Concat(Enumerable.Repeat("]}", Levels)) + "]}";
        IReadOnlyList<Issue>? issues = null;

        var thread = new Thread(() => issues = Validate(json), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.Empty(issues!);
    }

    [Fact]
    public void Every_issue_is_listed_up_to_a_bound()
    {
        var names = string.Join(',', Enumerable.Repeat("""{"use":"x"}""", 150));

        var issues = Validate($$"""{"resourceType":"Patient","name":[{{names}}]}""");

        Assert.Equal(101, issues.Count);
        Assert.Equal(IssueSeverity.Information, issues[^1].Severity);
        Assert.Equal("Patient.name[99].use", issues[99].Expression);
    }

    [Fact]
    public void No_value_of_the_resource_is_repeated_in_an_issue()
    {
        var issues = Validate("""{"resourceType":"Patient","gender":"Ada","John Doe":1,"birthDate":"Byron","active":"Lovelace"}""");

        Assert.Equal(4, issues.Count);
        Assert.DoesNotContain(issues, issue => new[] { "Ada", "John", "Byron", "Lovelace" }.Any(
            word => issue.ToString().Contains(word, StringComparison.Ordinal)));
    }

    private static IReadOnlyList<Issue> Validate(string json) => ResourceValidator.Validate(Encoding.UTF8.GetBytes(json));
}
