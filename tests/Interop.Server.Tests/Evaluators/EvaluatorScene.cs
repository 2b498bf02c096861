using System.Net;
using System.Text.Json;
using Interop.Demo;
using Interop.Fhir.Schema;
using Interop.Server.Tests.Exports;

namespace Interop.Server.Tests.Evaluators;

/// <summary>A programme whose resources all have the id x and marked texts, and evaluators who look at it.</summary>
public abstract class EvaluatorScene : ExportScene
{
    protected const string Mark = "SENTINEL";
    protected const string Day = "2026-11-18"; // a Wednesday

    protected static readonly DemoCaller Evaluator = new("evaluator", Custodian, ["HOPERAT"], ["evaluator"], "system/*.cruds");
    protected static readonly DemoCaller Colleague = Evaluator with { Name = "colleague" };
    protected static readonly DemoCaller Visitor = new("visitor", "city-hospital", ["HRESCH"], ["evaluator"], "system/*.cruds");

    /// <summary>One resource of each kind that the data set has, and what it must not have.</summary>
    protected static readonly string[] Marked =
    [
        $$$"""
        {"resourceType":"Patient","id":"x","meta":{"tag":[{"system":"urn:x","code":"SENTINEL"}]},
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SENTINEL</div>"},
        "contained":[{"resourceType":"Practitioner","id":"a","name":[{"family":"SENTINEL"}]}],
        "extension":[{"url":"http://somewhere.example/SENTINEL","valueString":"SENTINEL"},
         {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":
          {"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"SENTINEL"}},{"url":"text","valueString":"SENTINEL"}]}],
        "identifier":[{"system":"urn:SENTINEL","value":"SENTINEL"}],"active":true,"name":[{"use":"official","family":"SENTINEL",
        "given":["SENTINEL"]}],"telecom":[{"system":"phone","value":"SENTINEL"}],"gender":"female","birthDate":"1931-05-14",
        "deceasedDateTime":"2026-11-18T10:17:31Z","address":[{"use":"home","text":"SENTINEL","line":["SENTINEL"],"city":"SENTINEL",
        "district":"SENTINEL","state":"NC","postalCode":"SENTINEL","country":"US","period":{"start":"2026-11-18"}}],
        "maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}],"text":"SENTINEL"},
        "photo":[{"contentType":"image/png","title":"SENTINEL","data":"U0VOVElORUw="}],
        "contact":[{"name":{"family":"SENTINEL"}}],"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"es"},
        {"system":"urn:ietf:bcp:47","code":"SENTINEL"}],"text":"SENTINEL"},"preferred":true}],
        "generalPractitioner":[{"reference":"#a"}],"managingOrganization":{"reference":"Organization/x","display":"SENTINEL"}}
        """,
        """
        {"resourceType":"Encounter","id":"x","identifier":[{"system":"urn:SENTINEL","value":"SENTINEL"}],"status":"finished",
        "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD","display":"SENTINEL"},
        "type":[{"coding":[{"system":"urn:SENTINEL","code":"SENTINEL"}],"text":"SENTINEL"}],
        "subject":{"reference":"Patient/x","display":"SENTINEL","identifier":{"value":"SENTINEL"}},
        "period":{"start":"2026-11-18T10:17:31Z","end":"2026-11-18T11:17:31Z"},
        "location":[{"location":{"reference":"Location/x","display":"SENTINEL"}},{"location":{"reference":"Location/hidden"}}],
        "serviceProvider":{"reference":"Organization/x","display":"SENTINEL"}}
        """,
        """
        {"resourceType":"Condition","id":"x","clinicalStatus":{"coding":[{"system":
        "http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003","display":"SENTINEL"},{"system":"http://snomed.info/sct",
        "code":"5550100"}],"text":"SENTINEL"},"subject":{"reference":"Patient/x"},"encounter":{"reference":"Encounter/x"},
        "onsetDateTime":"2026-11-18","recordedDate":"2026-11-18T10:17:31Z","note":[{"text":"SENTINEL"}]}
        """,
        """
        {"resourceType":"Observation","id":"x","status":"final","category":[{"coding":[{"system":
        "https://interop.example/fhir/CodeSystem/observation-category","code":"encounter-outcome"}],"text":"SENTINEL"}],
        "code":{"coding":[{"system":"https://interop.example/fhir/CodeSystem/crisis-observation","code":"arrest"}],"text":"SENTINEL"},
        "subject":{"reference":"Patient/x"},"encounter":{"reference":"Encounter/x"},"effectiveDateTime":"2026-11-18T10:17:31Z",
        "valueBoolean":true,"note":[{"text":"SENTINEL"}]}
        """,
        """
        {"resourceType":"Procedure","id":"x","status":"completed","code":{"coding":[{"system":"http://snomed.info/sct","code":"302440009"}],
        "text":"SENTINEL"},"subject":{"reference":"Patient/x"},"performedDateTime":"2026-11-18","note":[{"text":"SENTINEL"}]}
        """,
        """
        {"resourceType":"ServiceRequest","id":"x","identifier":[{"value":"SENTINEL"}],"status":"active","intent":"order","code":{"coding":
        [{"system":"http://snomed.info/sct","code":"183524004"}],"text":"SENTINEL"},"subject":{"reference":"Patient/x"},
        "authoredOn":"2026-11-18T10:17:31Z","requester":{"reference":"Organization/x"},"reasonCode":[{"text":"SENTINEL"}],
        "note":[{"text":"SENTINEL"}],"patientInstruction":"SENTINEL"}
        """,
        """
        {"resourceType":"Task","id":"x","status":"requested","intent":"order","code":{"coding":[{"system":
        "http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}],"text":"SENTINEL"},"description":"SENTINEL",
        "focus":{"reference":"ServiceRequest/x"},"for":{"reference":"Patient/x"},"authoredOn":"2026-11-18T10:17:31Z",
        "requester":{"reference":"Organization/x"},"owner":{"reference":"Organization/x"},"note":[{"text":"SENTINEL"}]}
        """,
        """
        {"resourceType":"RiskAssessment","id":"x","status":"final","subject":{"reference":"Patient/x"},
        "occurrenceDateTime":"2026-11-18T10:17:31Z","prediction":[{"outcome":{"text":"SENTINEL"},"qualitativeRisk":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/risk-probability","code":"moderate"}]},"rationale":"SENTINEL"}],
        "mitigation":"SENTINEL"}
        """,
        """
        {"resourceType":"MedicationRequest","id":"x","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":
        "http://www.nlm.nih.gov/research/umls/rxnorm","code":"198440","display":"SENTINEL"}],"text":"SENTINEL"},
        "subject":{"reference":"Patient/x"},"authoredOn":"2026-11-18","dosageInstruction":[{"text":"SENTINEL"}]}
        """,
        """
        {"resourceType":"Location","id":"x","status":"active","name":"SENTINEL","description":"SENTINEL","telecom":[{"system":"phone",
        "value":"SENTINEL"}],"address":{"line":["SENTINEL"],"city":"SENTINEL","district":"Sample County","state":"NC",
        "postalCode":"SENTINEL"},"position":{"longitude":-78.61234,"latitude":35.71234},
        "managingOrganization":{"reference":"Organization/x"}}
        """,
        Fixtures.Organization("x", "shelter").Replace("\"name\":\"x\"", "\"name\":\"SENTINEL\"", StringComparison.Ordinal),
        // What follows is not in the data set: first what is labelled, to which no reference leads.
        Fixtures.Condition("hidden", "x", "75544000"),
        """
        {"resourceType":"Location","id":"hidden","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "code":"R"}]},"status":"active","name":"SENTINEL"}
        """,
        """{"resourceType":"Practitioner","id":"x","name":[{"family":"SENTINEL"}]}""",
        """
        {"resourceType":"PractitionerRole","id":"x","practitioner":{"reference":"Practitioner/x"},
        "organization":{"reference":"Organization/x"}}
        """,
        """{"resourceType":"HealthcareService","id":"x","name":"SENTINEL"}""",
        """
        {"resourceType":"Communication","id":"x","status":"completed","subject":{"reference":"Patient/x"},
        "payload":[{"contentString":"SENTINEL"}]}
        """,
        """
        {"resourceType":"DocumentReference","id":"x","status":"current","subject":{"reference":"Patient/x"},"content":[{"attachment":{
        "contentType":"text/plain","title":"SENTINEL"}}]}
        """,
        """{"resourceType":"RelatedPerson","id":"x","active":true,"patient":{"reference":"Patient/x"},"name":[{"family":"SENTINEL"}]}""",
        """{"resourceType":"CareTeam","id":"x","status":"active","name":"SENTINEL","subject":{"reference":"Patient/x"}}""",
        """
        {"resourceType":"Group","id":"x","type":"person","actual":true,"name":"SENTINEL","member":[{"entity":{"reference":"Patient/x"}}]}
        """,
        Fixtures.Consent("x", "x", "city-hospital"),
    ];

    /// <summary>A view whose columns are all texts, numbers and flags that a resource has, and the id and the patient as keys.</summary>
    protected static string WholeView(string resource)
    {
        using var document = JsonDocument.Parse(resource);
        var type = document.RootElement.GetProperty("resourceType").GetString()!;
        var paths = Paths(document.RootElement, type).Select(path => path[(type.Length + 1)..]).Distinct().ToList();
        var columns = paths.Select((path, number) => $$"""{"name":"c{{number}}","path":"{{path}}","collection":true}""")
            .Append("""{"name":"key","path":"getResourceKey()"}""");
        return $$"""
            {"resourceType":"ViewDefinition","status":"active","resource":"{{type}}","select":[{"column":[{{string.Join(',', columns)}}]}]}
            """;
    }

    protected static string View(string type, string columns, string where = "true") => $$"""
        {"resourceType":"ViewDefinition","status":"active","resource":"{{type}}","where":[{"path":"{{where}}"}],"select":[
        {"column":[{{columns}}]}]}
        """;

    protected static string Column(string name, string path) => $$"""{"name":"{{name}}","path":"{{path}}"}""";

    protected static string Sent(string view) =>
        $$"""{"resourceType":"Parameters","parameter":[{"name":"viewResource","resource":{{view}} }]}""";

    /// <summary>What is stored by now is in the set from then on.</summary>
    protected void NextWeek() => Server.Clock.Advance(TimeSpan.FromDays(7));

    protected static async Task<string> RunAsync(HttpClient client, string view, string query = "")
    {
        using var response = await client.PostFhirAsync("ViewDefinition/$run" + query, Sent(view));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text} {view}");
        return text;
    }

    protected static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    protected static string? Cell(string line, string column)
    {
        using var row = JsonDocument.Parse(line);
        return row.RootElement.GetProperty(column).GetString();
    }

    private static IEnumerable<string> Paths(JsonElement json, string path)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                return json.EnumerateObject().Where(property => property.Name is not ("resourceType" or "contained" or "div"))
                    .SelectMany(property => Paths(property.Value, $"{path}.{Name(path, property.Name)}"));
            case JsonValueKind.Array:
                return json.EnumerateArray().SelectMany(item => Paths(item, path));
            default:
                return [path];
        }
    }

    /// <summary>As FHIRPath has it: a choice, and which.</summary>
    private static string Name(string path, string property)
    {
        if (FhirFacts.R4.Element($"{path}.{property}") is not { IsChoice: true } choice)
        {
            return property;
        }

        var type = property[choice.Name.Length..];
        var isPrimitive = FhirFacts.R4.Children(type).Count == 0;
        return $"{choice.Name}.ofType({(isPrimitive ? char.ToLowerInvariant(type[0]) + type[1..] : type)})";
    }
}
