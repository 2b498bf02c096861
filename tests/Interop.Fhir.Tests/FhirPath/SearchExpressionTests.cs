using System.Text;
using Interop.Fhir.FhirPath;
using Xunit;

namespace Interop.Fhir.Tests.FhirPath;

/// <summary>The shapes that the search expressions of R4 have, and the traps in them.</summary>
public sealed class SearchExpressionTests
{
    private const string Patient = """
        {"resourceType":"Patient","id":"p","name":[{"family":"A","given":["B","C"]},{"family":"A"}],"deceasedBoolean":false,
        "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}],"birthDate":"1990",
        "_birthDate":{"extension":[{"url":"u","valueDateTime":"1990-01-01T10:00:00Z"}]},
        "contained":[{"resourceType":"Practitioner","id":"d"},{"resourceType":"Organization","id":"o","name":"Org"}],
        "generalPractitioner":[{"reference":"#d"},{"reference":"Practitioner/1"},{"reference":"https://h/fhir/Organization/2/_history/3"},
        {"type":"PractitionerRole","identifier":{"value":"x"}},{"reference":"urn:uuid:0"},{"display":"none"}]}
        """;

    private const string Observation = """
        {"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.0},"effectiveDateTime":"2020",
        "component":[{"code":{"text":"d"},"valueQuantity":{"value":1.0}},{"code":{"text":"e"},"valueString":"s"}]}
        """;

    private const string Decimals = """
        {"resourceType":"Observation","status":"final","code":{"text":"c"},"component":[{"code":{"text":"d"},"valueQuantity":{"value":1.0,
        "unit":"x"}},
        {"code":{"text":"e"},"valueQuantity":{"unit":"x","value":1.00}},{"code":{"text":"f"},"valueQuantity":{"value":1.01,"unit":"x"}}]}
        """;

    private const string Library = """
        {"resourceType":"Library","status":"draft","type":{"text":"t"},"useContext":[{"code":{"code":"a"},
        "valueCodeableConcept":{"text":"x"}},
        {"code":{"code":"b"},"valueQuantity":{"value":2}}],
        "relatedArtifact":[{"type":"composed-of","resource":"http://a"},{"type":"depends-on","resource":"http://b"}]}
        """;

    private const string Bundle = """
        {"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c"}},
        {"resource":{"resourceType":"Patient","id":"p"}}]}
        """;

    [Theory]
    [InlineData(Patient, "Patient.name.family", "\"A\",\"A\"")]
    [InlineData(Patient, "Patient.name.given", "\"B\",\"C\"")]
    [InlineData(Patient, "name.given[1]", "\"C\"")]
    [InlineData(Patient, "Patient.name.family | Patient.name.given", "\"A\",\"B\",\"C\"")]
    [InlineData(Patient, "Resource.id", "\"p\"")]
    [InlineData(Patient, "Observation.id", "")]
    [InlineData(Patient, "Patient.telecom.where(system='email').value", "\"2\"")]
    [InlineData(Patient, "Patient.deceased.exists() and Patient.deceased != false", "False")]
    [InlineData(Patient, "(Patient.deceased as dateTime)", "")]
    [InlineData(Patient, "(Patient.deceased as boolean)", "false")]
    [InlineData(Patient, "Patient.deceasedBoolean", "")]
    [InlineData(Patient, "Patient.birthDate.extension('u').value", "\"1990-01-01T10:00:00Z\"")]
    [InlineData(Patient, "Patient.birthDate.extension.where(url = 'v').value", "")]
    [InlineData(Patient, "Patient.generalPractitioner.where(resolve() is Practitioner).reference", "\"#d\",\"Practitioner/1\"")]
    [InlineData(
        Patient, "Patient.generalPractitioner.where(resolve() is Organization).reference", "\"https://h/fhir/Organization/2/_history/3\"")]
    [InlineData(Patient, "Patient.generalPractitioner.where(resolve() is PractitionerRole).identifier.value", "\"x\"")]
    [InlineData(Patient, "Patient.generalPractitioner.where(resolve() is Patient)", "")]
    [InlineData(Patient, "Patient.contained.where($this is Organization).name", "\"Org\"")]
    [InlineData(Patient, "Patient.contained.ofType(Organization).name", "\"Org\"")]
    [InlineData(Patient, "Patient.name.where(given.exists()).count() = 1", "True")]
    [InlineData(Patient, "Patient.name.given.empty() or Patient.link.empty()", "True")]
    [InlineData(Patient, "Patient.link.exists() implies Patient.active", "True")]
    [InlineData(Patient, "%resource.id", "\"p\"")]
    [InlineData(Patient, "Patient.`name`.first().family", "\"A\"")]
    [InlineData(Patient, "{}", "")]
    [InlineData(Observation, "(Observation.value as Quantity) | (Observation.component.value as Quantity)", "{\"value\":1.0}")]
    [InlineData(Observation, "Observation.component.value.as(string)", "\"s\"")]
    [InlineData(Observation, "Observation.effective.as(DateTime)", "\"2020\"")]
    [InlineData(Observation, "(Observation.code as CodeableConcept).text", "\"c\"")]
    [InlineData(Observation, "Observation.component.where(value is Quantity).code.text", "\"d\"")]
    [InlineData(Decimals, "((Observation.value as Quantity) | (Observation.component.value as Quantity)).count()", "2")]
    [InlineData(Library, "(Library.useContext.value as CodeableConcept).text", "\"x\"")]
    [InlineData(Library, "(Library.useContext.value as Quantity) | (Library.useContext.value as Range)", "{\"value\":2}")]
    [InlineData(Library, "Library.relatedArtifact.where(type='composed-of').resource", "\"http://a\"")]
    [InlineData(Bundle, "Bundle.entry[0].resource.id", "\"c\"")]
    [InlineData(Bundle, "Bundle.entry.resource.ofType(Patient).id", "\"p\"")]
    public void A_search_expression_yields(string resource, string expression, string expected)
    {
        var utf8 = Encoding.UTF8.GetBytes(resource);

        var items = FhirPathExpression.Compile(expression).Evaluate(utf8);

        Assert.Equal(expected, string.Join(
            ',', items.Select(item => item.Bytes is { } bytes ? Encoding.UTF8.GetString(utf8[bytes]) : item.Value?.ToString())));
    }

    [Theory]
    [InlineData("Patient.", 8)]
    [InlineData("Patient.name.where(", 19)]
    [InlineData("Patient.name.foo()", 13)]
    [InlineData("Patient.name.where()", 13)]
    [InlineData("Patient.value as Thing", 17)]
    [InlineData("Patient.name = 'x", 15)]
    [InlineData("a # b", 2)]
    [InlineData("a b", 2)]
    [InlineData("(a", 2)]
    [InlineData("", 0)]
    public void What_is_no_expression_is_an_error_with_its_place(string text, int position) =>
        Assert.Equal(position, Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(text)).Position);

    [Theory]
    [InlineData("Patient.name is HumanName", 13)]
    [InlineData("Patient.name.family < 'B'", 20)]
    [InlineData("Patient.active and Patient.name.family", 32)]
    [InlineData("Patient.id = %unknown", 13)]
    public void What_cannot_be_evaluated_is_an_error_with_its_place(string text, int position) => Assert.Equal(
        position,
        Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(text).Evaluate(Encoding.UTF8.GetBytes(Patient))).Position);

    [Fact]
    public void Endless_expressions_are_errors()
    {
        Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile(new string('(', 100_000)));
        Assert.Throws<FhirPathException>(() => FhirPathExpression.Compile("a" + string.Concat(Enumerable.Repeat(".a", 100_000))));
    }
}
