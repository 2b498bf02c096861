using System.Text.Json;

namespace Interop.Server.Tests.Interactions;

/// <summary>
/// A parameter or header without effect is refused by its name, whatever the interaction: who adds a purpose counts on it.
/// </summary>
public sealed class UnhonouredParameterTests(SharedScene scene) : SharedSceneTests(scene)
{
    private const string Parameter = "purpose-of-use=ETREAT";

    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1"), Fixtures.Consent("c1", "p1", "city-hospital")];

    [Theory]
    [InlineData("GET", "Patient/p1", null)]
    [InlineData("HEAD", "Patient/p1", null)]
    [InlineData("GET", "Patient/nobody", null)]
    [InlineData("GET", "metadata", null)]
    [InlineData("GET", "Organization/city-hospital/$agreement", null)]
    [InlineData("GET", "Subscription/nothing/$status", null)]
    [InlineData("GET", "Subscription/nothing/$events", null)]
    [InlineData("GET", "Composition/nothing/$document", null)]
    [InlineData("GET", "ViewDefinition/nothing/$run", null)]
    [InlineData("GET", "ValueSet/$expand", null)]
    [InlineData("POST", "Patient/p1/$end-break-glass", """{"resourceType":"Parameters"}""")]
    [InlineData("GET", "Patient/p1/_history/1", null)]
    [InlineData("GET", "Patient/p1/_history", null)]
    [InlineData("GET", "Patient/_history", null)]
    [InlineData("GET", "_history", null)]
    [InlineData("GET", "Patient", null)]
    [InlineData("GET", "?_type=Patient", null)]
    [InlineData("GET", "Patient/p1/Consent", null)]
    [InlineData("GET", "AuditEvent/1-1", null)]
    [InlineData("GET", "AuditEvent", null)]
    [InlineData("GET", "Patient/p1/$everything", null)]
    [InlineData("GET", "Patient/p1/$disclosures", null)]
    [InlineData("GET", "Patient/p1/$explain-access", null)]
    [InlineData("GET", "Patient/p1/$crisis-summary", null)]
    [InlineData("GET", "Observation/$lastn?patient=Patient/p1", null)]
    [InlineData("GET", "HealthcareService/$open", null)]
    [InlineData("POST", "Patient", """{"resourceType":"Patient"}""")]
    [InlineData("PUT", "Patient/p1", """{"resourceType":"Patient","id":"p1"}""")]
    [InlineData("DELETE", "Consent/c1", null)]
    [InlineData("POST", "", """{"resourceType":"Bundle","type":"batch"}""")]
    [InlineData("POST", "", """{"resourceType":"Bundle","type":"transaction"}""")]
    [InlineData("POST", "Patient/$validate", """{"resourceType":"Patient"}""")]
    [InlineData("POST", "Patient/$match", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/$merge", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/$unmerge", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/$crisis-summary", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/p1/$suspend-accounting", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Patient/p1/$preview-consent", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$record-disclosure", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$file-consent", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/$revoke-consent", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Consent/c1/$revoke-consent", """{"resourceType":"Parameters"}""")]
    [InlineData("POST", "Questionnaire/survey-client/$survey-links", """{"resourceType":"Parameters"}""")]
    [InlineData("PATCH", "Patient/p1", """[{"op":"add","path":"/gender","value":"other"}]""")]
    public async Task A_parameter_without_effect_is_refused_by_its_name(string method, string path, string? body)
    {
        using var officer = Server.As("privacy");
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        using var request = new HttpRequestMessage(new(method), new Uri($"{path}{separator}{Parameter}", UriKind.Relative));
        if (body is not null)
        {
            request.Content = method == "PATCH"
                ? new StringContent(body, System.Text.Encoding.UTF8, "application/json-patch+json")
                : Answers.Fhir(body);
        }

        using var answer = await officer.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 400, $"{(int)answer.StatusCode} {text}");
        Assert.True(method == "HEAD" || text.Contains("purpose-of-use", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("GET", "/cad/eido/urn:emergency:uid:incidentid:1:here.example")]
    [InlineData("POST", "/cad/eido")]
    public async Task Dispatch_is_told_so_as_well(string method, string path)
    {
        using var dispatch = Server.As("dispatch");
        using var request = new HttpRequestMessage(new(method), new Uri($"{path}?{Parameter}", UriKind.Relative));
        request.Content = method == "POST" ? Answers.Fhir("{}") : null;

        using var answer = await dispatch.SendAsync(request);

        var outcome = await answer.OutcomeAsync(400);
        Assert.Contains("purpose-of-use", outcome.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Provenance", "{}")]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X-Purpose-Of-Use", "ETREAT")]
    [InlineData("Break-Glass", "true")]
    public async Task A_header_without_effect_is_refused_by_its_name(string name, string value)
    {
        using var navigator = Server.As("navigator");
        foreach (var path in (string[])["Patient/p1", "Patient", "Patient/p1/_history", "Patient/p1/$everything"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            request.Headers.Add(name, value);
            using var answer = await navigator.SendAsync(request);
            var outcome = await answer.OutcomeAsync(400);
            Assert.Contains(name, outcome.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("transaction")]
    public async Task In_a_bundle_it_is_refused_before_anything_is_done(string type)
    {
        using var navigator = Server.As("navigator");
        using var answer = await navigator.PostFhirAsync("", $$"""
            {"resourceType":"Bundle","type":"{{type}}","entry":[
              {"resource":{"resourceType":"Basic","code":{"text":"{{type}}"} },"request":{"method":"POST","url":"Basic"} },
              {"request":{"method":"GET","url":"Patient/p1?{{Parameter}}"} }]}
            """);
        if (type == "transaction")
        {
            var outcome = await answer.OutcomeAsync(400);
            Assert.Equal("Bundle.entry[1].request.url", outcome.GetProperty("expression")[0].GetString());
            Assert.Equal(0, (await navigator.GetJsonAsync("Basic?code:text=transaction&_summary=count")).GetProperty("total").GetInt32());
            return;
        }

        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var entries = document.RootElement.GetProperty("entry");
        Assert.StartsWith("201", entries[0].GetProperty("response").GetProperty("status").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("400", entries[1].GetProperty("response").GetProperty("status").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_says_in_which_form_to_answer_is_honoured()
    {
        using var officer = Server.As("privacy");
        Assert.Equal("CapabilityStatement", (await officer.GetJsonAsync("metadata?mode=full")).GetProperty("resourceType").GetString());
        using var terminology = await officer.GetAsync(new Uri("metadata?mode=terminology", UriKind.Relative));
        Assert.Equal(400, (int)terminology.StatusCode);
        var read = await officer.GetJsonAsync("Patient/p1?_format=json&_pretty=true&_elements=gender");
        Assert.False(read.TryGetProperty("name", out _));
        using var made = await officer.PostFhirAsync("Basic?_format=json", """{"resourceType":"Basic","code":{"text":"x"}}""");
        Assert.Equal(201, (int)made.StatusCode);
    }
}
