using System.Text;
using System.Text.Json;
using Interop.Demo;
using Interop.Server.Http;

namespace Interop.Server.Tests.References;

/// <summary>What the write door refuses, with the element, through every door; and what it leaves as it is.</summary>
public sealed partial class ReferenceDoorTests(SharedScene scene) : SharedSceneTests(scene)
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1"),
    ];

    [Theory]
    [MemberData(nameof(UnreadableAnywhere))]
    [MemberData(nameof(UnknownWhereItMatters))]
    public async Task A_reference_that_leads_nowhere_is_refused_with_its_element(string element, string json, string reference)
    {
        foreach (var door in Doors)
        {
            await RefusedAsync(door, element, json, reference);
        }
    }

    [Theory]
    [InlineData("Patient?name=Testa")]
    [InlineData("http://interop.test/fhir/Patient?name=Testa")]
    public async Task Conditions_are_resolved_in_transactions_only(string reference)
    {
        foreach (var door in Doors.Except(["transaction", "bundle"]))
        {
            foreach (var (element, json) in Anywhere)
            {
                await RefusedAsync(door, element, json, $"{{\"reference\":\"{reference}\"}}");
            }
        }

        using var navigator = Server.As("navigator");
        using var done = await navigator.PostFhirAsync("", Bundle(
            "transaction", "Task", null, Anywhere[^1].Json.Replace("REF", $"{{\"reference\":\"{reference}\"}}", StringComparison.Ordinal)));
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Contains(
            "\"valueReference\":{\"reference\":\"Patient/p1\"}", await navigator.GetStringAsync("Task"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Observation.subject",
        """{"resourceType":"Observation","id":"ID","contained":[{"resourceType":"Patient","id":"c","name":["""
            + """{"family":"Nobody"}]}],"status":"final","code":{"text":"x"},"subject":REF}""")]
    [InlineData(
        "Observation.subject",
        """{"resourceType":"Observation","id":"ID","contained":[{"resourceType":"Patient","id":"c","identifier":["""
            + """{"value":"unknown"}],"managingOrganization":{"reference":"Organization/city-hospital"}}],"status":"final","code":"""
            + """{"text":"x"},"subject":REF}""")]
    [InlineData(
        "Observation.subject",
        """{"resourceType":"Observation","id":"ID","contained":["""
            + """{"resourceType":"Group","id":"c","type":"person","actual":true}],"status":"final","code":{"text":"x"},"subject":REF}""")]
    public async Task A_contained_resource_that_names_nobody_is_no_subject(string element, string json)
    {
        foreach (var door in Doors.Except(["update", "patch"]))
        {
            await RefusedAsync(door, element, json, "{\"reference\":\"#c\"}");
        }
    }

    [Fact]
    public async Task An_absolute_address_is_held_to_the_types_that_its_element_allows() =>
        await RefusedAsync(
            "create",
            "Task.owner",
            MustKnow.Single(place => place.Element == "Task.owner").Json,
            "{\"reference\":\"http://interop.test/fhir/Location/x\"}");

    [Fact]
    public async Task What_sharing_need_not_know_may_be_anywhere()
    {
        using var navigator = Server.As("navigator");
        foreach (var reference
            in new[]
            {
                "{\"reference\":\"https://elsewhere.example/fhir/Practitioner/1\"}", Ident, "{\"display\":\"somebody\"}",
                "{\"identifier\":{\"value\":\"1\"},\"display\":\"x\"}"
            })
        {
            var key = await navigator.CreatedAsync("Observation", Anywhere[0].Json.Replace("REF", reference, StringComparison.Ordinal));

            Assert.Contains(reference, await navigator.GetStringAsync(key), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("two have it")]
    [InlineData("none has it")]
    [InlineData("it is hidden")]
    public async Task An_identifier_names_what_the_caller_would_find_alone(string which)
    {
        const string Patient =
            """{"resourceType":"Patient","id":"WHO","identifier":[{"system":"urn:mrn","value":"7"}],"name":[{"family":"X"}]}""";
        await Server.ImportAsync(Custodian, Patient.Replace("WHO", "one", StringComparison.Ordinal));
        using var hospital = Server.As("hospital");
        using var navigator = Server.As("navigator");
        var reference = which == "none has it" ? Ident : "{\"identifier\":{\"system\":\"urn:mrn\",\"value\":\"7\"}}";
        var observation = MustKnow[0].Json.Replace("REF", reference, StringComparison.Ordinal);
        if (which == "two have it")
        {
            await Server.ImportAsync(Custodian, Patient.Replace("WHO", "two", StringComparison.Ordinal));
        }

        // The hospital's is hidden from the navigator, and does not count for it.
        if (which == "it is hidden")
        {
            await Server.ImportAsync("city-hospital", Patient.Replace("WHO", "two", StringComparison.Ordinal));
            Assert.Contains(
                "Patient/one",
                await navigator.GetStringAsync(await navigator.CreatedAsync("Observation", observation)),
                StringComparison.Ordinal);
            return;
        }

        using var refused = await navigator.PostFhirAsync("Observation", observation);
        Assert.Equal("Observation.subject", (await refused.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task An_identifier_is_looked_up_with_the_right_to_search_only_and_counts_as_a_lookup()
    {
        var observation = MustKnow[0].Json.Replace("REF", Ident, StringComparison.Ordinal);
        var caller = DemoCaller.All.Single(caller => caller.Name == "navigator");
        using (var client = Server.As(caller with { Scope = "system/Observation.cruds" }))
        using (var refused = await client.PostFhirAsync("Observation", observation))
        {
            await refused.OutcomeAsync(403);
        }

        await using var limited = await RunningServer.StartAsync(settings: "--Interop:Limits:LookupsPerMinute=1");
        await limited.ImportAsync(Custodian, Fixtures.Organization(Custodian, "crisis-program"));
        using var navigator = limited.As(caller);
        using var first = await navigator.PostFhirAsync("Observation", observation);
        await first.OutcomeAsync(422);
        using var second = await navigator.PostFhirAsync("Observation", observation);
        await second.OutcomeAsync(429);
    }

    [Fact]
    public async Task References_of_content_are_not_the_bundles_own()
    {
        using var navigator = Server.As("navigator");
        const string Content = "{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
            + "\"subject\":{\"reference\":\"http://interop.test/fhir/Patient/nobody\"}}}";

        var key = await navigator.CreatedAsync("Bundle", $$"""{"resourceType":"Bundle","type":"collection","entry":[{{Content}}]}""");

        Assert.Contains(Content, await navigator.GetStringAsync(key), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://elsewhere.example/fhir", "Patient/1")]
    [InlineData("http://elsewhere.example/fhir", "http://elsewhere.example/fhir/Patient/1")]
    [InlineData("http://interop.test/fhir", "Patient/1")]
    [InlineData("http://interop.test/fhir", "https://Interop.test:443/fhir/Patient/1/")]
    [InlineData("http://interop.test/fhir", "http://interop.test/fhir/Patient/1/_history/4")]
    public async Task An_entry_is_named_by_its_full_url_and_relative_to_it(string origin, string reference)
    {
        using var navigator = Server.As("navigator");

        using var response = await navigator.PostFhirAsync("", $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"{{origin}}/Patient/1","resource":{"resourceType":"Patient","name":[{"family":"New"}]},"request":{"method":"POST",
            "url":"Patient"} },
            {"fullUrl":"{{origin}}/Observation/2","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},
            "subject":{"reference":"{{reference}}"} },"request":{"method":"POST","url":"Observation"} }]}
            """);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var patient = Assert.Single((await navigator.GetJsonAsync("Patient?family=New")).Keys());
        Assert.Single((await navigator.GetJsonAsync($"Observation?subject={patient}")).Keys());
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_a_body()
    {
        using var navigator = Server.As("navigator");
        const string Marked = "\uFEFF{\"resourceType\":\"Patient\",\"id\":\"marked\",\"name\":[{\"family\":\"Marked\"}]}";
        var key = await navigator.CreatedAsync("Patient", Marked);
        using var updated = await navigator.PutFhirAsync(key, Marked.Replace("marked", key.Split('/')[1], StringComparison.Ordinal));
        Assert.Equal(200, (int)updated.StatusCode);
        using var batch = await navigator.PostFhirAsync("", "\uFEFF" + Bundle("batch", "Patient", null, Marked[1..]));
        Assert.Equal(200, (int)batch.StatusCode);
        await Server.ImportAsync(Custodian, Marked[1..]);
        await Server.Importer.ImportAsync(Custodian, [(new("Patient", "marked"), Encoding.UTF8.GetBytes(Marked))], CancellationToken.None);
        await Server.Importer.ImportBundleAsync(
            null, Encoding.UTF8.GetBytes("\uFEFF" + Bundle("transaction", "Patient", "marked", Marked[1..])), CancellationToken.None);
        Assert.Equal(3, (await navigator.GetJsonAsync("Patient?family=Marked")).Keys().Count);
    }

    private static string Consent(string place, string other) =>
        Fixtures.Consent("ID", "p1", "city-hospital").Replace(place, other, StringComparison.Ordinal);

    private static string Bundle(string type, string resource, string? id, string json) => $$"""
        {"resourceType":"Bundle","type":"{{type}}","entry":[{"resource":{{json}},"request":{"method":"{{(id is null ? "POST" : "PUT")}}",
        "url":"{{resource}}{{(id is null ? "" : "/" + id)}}"} }]}
        """;

    private async Task RefusedAsync(string door, string element, string json, string reference)
    {
        var type = element.Split('.')[0];
        var isDirectory = type is "Location" or "HealthcareService" or "PractitionerRole" or "Endpoint" or "Organization" or "Contract";
        using var client = Server.As(isDirectory ? "privacy" : "navigator");
        var id = "x-" + Guid.NewGuid().ToString("N");
        var body = json.Replace("REF", reference, StringComparison.Ordinal).Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal);
        if (door is "import" or "bundle")
        {
            var bytes = Encoding.UTF8.GetBytes(door == "import" ? body : Bundle("transaction", type, id, body));
            var refusal = await Assert.ThrowsAsync<FhirException>(async () =>
            {
                if (door == "import")
                {
                    await Server.Importer.ImportAsync(Custodian, [(new(type, id), bytes)], CancellationToken.None);
                }
                else
                {
                    await Server.Importer.ImportBundleAsync(null, bytes, CancellationToken.None);
                }
            });
            Assert.Equal(422, refusal.Status);
            Assert.Contains(refusal.Issues, issue => issue.Expression == (door == "import" ? element : Below(element)));
            return;
        }

        if (door is "update" or "patch")
        {
            await Server.ImportAsync(Custodian, Harmless(json).Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal));
        }

        using var response = door switch
        {
            "create" => await client.PostFhirAsync(type, body),
            "update" => await client.PutFhirAsync($"{type}/{id}", body, type == "Task" ? "W/\"1\"" : null),
            "patch" => await PatchAsync(client, $"{type}/{id}", body),
            _ => await client.PostFhirAsync("", Bundle(door, type, null, body)),
        };
        var answer = await response.JsonAsync();
        var outcome = door == "batch" ? answer.GetProperty("entry")[0].GetProperty("response").GetProperty("outcome") : answer;
        Assert.True(door == "batch" || (int)response.StatusCode == 422, $"{door} {(int)response.StatusCode} {answer}");
        Assert.True(outcome.TryGetProperty("issue", out var issues), $"{door} {answer}");
        Assert.Contains(door == "transaction" ? Below(element) : element, issues.EnumerateArray()
            .Select(issue => issue.TryGetProperty("expression", out var expression) ? expression[0].GetString() : null));

        static string Below(string element) => "Bundle.entry[0].resource" + element[element.IndexOf('.', StringComparison.Ordinal)..];
    }

    /// <summary>The resource with a reference that says nothing but a name.</summary>
    // A consent of nobody is not stored either.
    private static string Harmless(string json) => json
        .Replace("\"patient\":REF", "\"patient\":{\"reference\":\"Patient/p1\"}", StringComparison.Ordinal)
        .Replace("REF", "{\"display\":\"x\"}", StringComparison.Ordinal);

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, string key, string body)
    {
        using var resource = JsonDocument.Parse(body);
        var operations = resource.RootElement.EnumerateObject().Where(member => member.Name is not ("resourceType" or "id"))
            .Select(member => $"{{\"op\":\"add\",\"path\":\"/{member.Name}\",\"value\":{member.Value.GetRawText()}}}");
        var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(key, UriKind.Relative))
        {
            Content = new StringContent($"[{string.Join(',', operations)}]", null, "application/json-patch+json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "W/\"1\"");
        return client.SendAsync(request);
    }
}
