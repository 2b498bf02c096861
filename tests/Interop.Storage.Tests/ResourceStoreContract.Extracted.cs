using System.Text;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using static Interop.Storage.Tests.Given;
using Xunit;

namespace Interop.Storage.Tests;

public abstract partial class ResourceStoreContract
{
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["Patient/p"] = """
            {"resourceType":"Patient","id":"p","identifier":[{"system":"http://ids","value":"A-1"}],"name":[{"use":"official",
            "family":"Müller",
            "given":["Anne Marie"]}],"gender":"female","birthDate":"1980-05-01","telecom":[{"system":"phone","value":"555-0101"}],
            "address":[{"city":"Durham","postalCode":"27701"}],"active":true,"managingOrganization":{"reference":"Organization/crisis"}}
            """,
        ["Encounter/e"] = """
            {"resourceType":"Encounter","id":"e","identifier":[{"value":"inc-7"}],"status":"finished","class":{"system":
            "http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},"subject":{"reference":"Patient/p"},
            "period":{"start":"2025-03-01T10:00:00Z","end":"2025-03-01T11:30:00Z"},"serviceProvider":{"reference":"Organization/crisis"}}
            """,
        ["Observation/o"] = """
            {"resourceType":"Observation","id":"o","meta":{"profile":["http://p/1"]},"status":"final","code":{"coding":[{"system":
            "http://loinc.org","code":"44261-6"}],"text":"PHQ-9"},"subject":{"reference":"Patient/p"},
            "encounter":{"reference":"Encounter/e"},
            "effectiveDateTime":"2025-03-01","valueQuantity":{"value":17,"unit":"score","system":"http://unitsofmeasure.org",
            "code":"{score}"}}
            """,
        ["Task/t"] = """
            {"resourceType":"Task","id":"t","status":"requested","intent":"order","focus":{"reference":"Encounter/e"},"for":{"reference":
            "Patient/p"},"owner":{"identifier":{"system":"http://npi","value":"9"}},"authoredOn":"2025-03-01T12:00:00+02:00",
            "restriction":{"period":{"end":"2025-03-03"}}}
            """,
        ["RiskAssessment/r"] = """
            {"resourceType":"RiskAssessment","id":"r","status":"final","subject":{"reference":"Patient/p"},
            "prediction":[{"probabilityDecimal":0.80}]}
            """,
    };

    [Theory]
    [InlineData("Patient?family=muller", "p")]
    [InlineData("Patient?family=MÜL", "p")]
    [InlineData("Patient?family:exact=Müller", "p")]
    [InlineData("Patient?name=anne", "p")]
    [InlineData("Patient?given:contains=marie", "p")]
    [InlineData("Patient?identifier=http://ids|A-1", "p")]
    [InlineData("Patient?birthdate=1980-05-01&gender=female", "p")]
    [InlineData("Patient?phone=555-0101", "p")]
    [InlineData("Patient?address-city=durham", "p")]
    [InlineData("Patient?active=true", "p")]
    [InlineData("Patient?deceased:missing=true", "")]
    [InlineData("Patient?deceased=false", "p")]
    [InlineData("Patient?organization=crisis", "p")]
    [InlineData("Patient?_has:Observation:patient:code=44261-6", "p")]
    [InlineData("Encounter?identifier=inc-7", "e")]
    [InlineData("Encounter?date=2025-03-01", "e")]
    [InlineData("Encounter?date=ge2025-03-01T11:00:00Z", "e")]
    [InlineData("Encounter?date=lt2025-03-01", "")]
    [InlineData("Encounter?class=FLD&patient=p", "e")]
    [InlineData("Encounter?patient.birthdate=1980", "e")]
    [InlineData("Observation?code=http://loinc.org|44261-6&value-quantity=ge15", "o")]
    [InlineData("Observation?code-value-quantity=http://loinc.org|44261-6$gt15", "o")]
    [InlineData("Observation?code-value-quantity=http://loinc.org|44261-6$gt20", "")]
    [InlineData("Observation?encounter.status=finished", "o")]
    [InlineData("Observation?_profile=http://p/1", "o")]
    [InlineData("Observation?date=2025-03", "o")]
    [InlineData("Task?focus=Encounter/e&status=requested", "t")]
    [InlineData("Task?owner:identifier=http://npi|9", "t")]
    [InlineData("Task?patient=Patient/p", "t")]
    [InlineData("Task?authored-on=2025-03-01T10:00:00Z", "t")]
    [InlineData("RiskAssessment?probability=0.8", "r")]
    [InlineData("RiskAssessment?probability=gt0.79", "r")]
    public async Task What_is_extracted_is_found(string query, string ids)
    {
        var extractor = new IndexExtractor(SearchParameterSet.R4);
        foreach (var (reference, body) in Bodies)
        {
            var utf8 = Encoding.UTF8.GetBytes(body);
            await store.PutAsync(Resource(reference, "p", 1, extractor.Extract(utf8).Select(entry => (1, entry))) with { Body = utf8 });
        }

        await store.GrantAsync("p", Grant("p", Interop.Sharing.Policy.Tier.Basic));

        Assert.Equal(ids, await store.IdsAsync(query, Owner()));
    }
}
