using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>PATCH in a transaction (https://hl7.org/fhir/R4/http.html#trules): done with all the rest, or not at all.</summary>
public sealed class TransactionPatchTests : SceneTests
{
    private const string Name = "urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11";
    private const string Basic = """{"resourceType":"Basic","code":{"text":"x"}}""";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Referral("sr1", "p1"),
        Fixtures.ReferralTask("t1", "p1", "sr1"),
    ];

    [Fact]
    public async Task Both_languages_are_carried_out_with_the_rest()
    {
        using var client = Server.As("navigator");

        using var response = await SendAsync(
            client,
            Entry("PATCH", "Patient/p1", Binary("""[{"op":"replace","path":"/gender","value":"other"}]""")),
            Entry("PATCH", "Patient/p2", Replace("Patient.gender", "valueCode", "\"unknown\""), "\"ifMatch\":\"W/\\\"1\\\"\""),
            Entry("POST", "Basic", Basic));

        Assert.Equal(["200 OK", "200 OK", "201 Created"], await StatusesAsync(response));
        Assert.Equal(("other", "2"), await GenderAsync(client, "p1"));
        Assert.Equal(("unknown", "2"), await GenderAsync(client, "p2"));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("path")]
    public async Task What_a_patch_brings_may_name_another_entry(string language)
    {
        using var client = Server.As("navigator");
        var patch = language == "json"
            ? Binary($$"""[{"op":"replace","path":"/subject","value":{"reference":"{{Name}}"} }]""")
            : Replace("Condition.subject", "valueReference", $$"""{"reference":"{{Name}}"}""");

        using var response = await SendAsync(
            client,
            Entry("PATCH", "Condition/c1", patch),
            Entry("POST", "Patient", """{"resourceType":"Patient","name":[{"family":"Posted"}]}""", fullUrl: Name));

        Assert.Equal(["200 OK", "201 Created"], await StatusesAsync(response));
        var subject = (await client.GetJsonAsync("Condition/c1")).GetProperty("subject").GetProperty("reference").GetString()!;
        Assert.Equal("Posted", (await client.GetJsonAsync(subject)).GetProperty("name")[0].GetProperty("family").GetString());
    }

    [Fact]
    public async Task A_conditional_reference_in_a_patch_is_resolved_like_any_other()
    {
        await Server.ImportAsync(Custodian, """{"resourceType":"Patient","id":"p3","identifier":[{"system":"urn:t","value":"3"}]}""");
        using var client = Server.As("navigator");

        using var response = await SendAsync(
            client, Entry(
                "PATCH", "Condition/c1", Replace("Condition.subject", "valueReference", """{"reference":"Patient?identifier=urn:t|3"}""")));

        Assert.Equal(["200 OK"], await StatusesAsync(response));
        Assert.Equal("Patient/p3", (await client.GetJsonAsync("Condition/c1")).GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task What_stood_there_before_is_not_taken_for_the_name_of_an_entry()
    {
        using var client = Server.As("navigator");

        using var response = await SendAsync(
            client,
            Entry("PATCH", "Condition/c1", Binary("""[{"op":"remove","path":"/note"}]""")),
            Entry("POST", "Patient", """{"resourceType":"Patient"}""", fullUrl: $"{RunningServer.PublicUrl}/Patient/p1"));

        Assert.Equal(["200 OK", "201 Created"], await StatusesAsync(response));
        Assert.Equal("Patient/p1", (await client.GetJsonAsync("Condition/c1")).GetProperty("subject").GetProperty("reference").GetString());
    }

    public static TheoryData<string, int, string> Refused => new()
    {
        { Patch("""[{"op":"test","path":"/gender","value":"male"}]"""), 422, "a test that fails" },
        { Patch("""[{"op":"replace","path":"/birthDate","value":"2021-02-30"}]"""), 422, "an invalid result" },
        { Patch("""[{"op":"replace","path":"/id","value":"p9"}]"""), 422, "another id" },
        { Patch("""[{"op":"jump","path":"/id"}]"""), 400, "an unknown operation" },
        { Entry("PATCH", "Patient/p1", Basic), 400, "no patch at all" },
        { Entry("PATCH", "Patient/p1", Binary("[]"), "\"ifMatch\":\"W/\\\"9\\\"\""), 412, "another version" },
        { Entry("PATCH", "Patient/nobody", Binary("[]")), 404, "what is not there" },
        { Entry("PATCH", "Patient?identifier=x", Binary("[]")), 404, "a condition that nothing meets" },
        { $"{Patch("[]")},{Entry("PATCH", "/Patient/p1", Binary("[]"))}", 400, "two patches of one" },
        { $"{Patch("[]")},{Entry("PUT", "Patient/p1", Fixtures.Patient("p1"))}", 400, "a patch and an update" },
        { $"{Patch("[]")},{Entry("DELETE", "Patient/p1", null)}", 400, "a patch and a delete" },
        {
            Entry("PATCH", "Condition/c1", Replace("Condition.subject", "valueReference", """{"reference":"Patient/nobody"}""")),
            422,
            "a reference to nobody"
        },
        {
            Entry("PATCH", "Condition/c1", Binary("[]"), fullUrl: "http://ehr.example/fhir/Condition/c1"),
            400,
            "a patch of another server's resource"
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_patch_that_is_refused_undoes_everything(string entries, int status, string why)
    {
        using var client = Server.As("navigator");

        using var response = await SendAsync(client, Entry("POST", "Basic", Basic), entries);

        Assert.True((int)response.StatusCode == status, $"{why}: {await response.Content.ReadAsStringAsync()}");
        var place = (await response.OutcomeAsync(status)).GetProperty("expression")[0].GetString();
        Assert.StartsWith("Bundle.entry[", place, StringComparison.Ordinal);
        Assert.Equal(("female", "1"), await GenderAsync(client, "p1"));
        Assert.Empty((await client.GetJsonAsync("Basic")).Keys());
    }

    [Fact]
    public async Task What_is_hidden_answers_as_what_is_not_there()
    {
        using var hospital = Server.As("hospital");
        string Patch(string id) => Entry(
            "PATCH", $"Condition/{id}", Binary("""[{"op":"test","path":"/resourceType","value":"Condition"}]"""));

        using var hidden = await SendAsync(hospital, Patch("c1"));
        using var absent = await SendAsync(hospital, Patch("c2"));

        Assert.Equal(404, (int)hidden.StatusCode);
        var expected = (await absent.Content.ReadAsStringAsync()).Replace("c2", "c1", StringComparison.Ordinal);
        Assert.Equal(expected, await hidden.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_party_patches_its_task_by_the_version_it_read_and_tests_nothing_that_it_does_not_see()
    {
        using var hospital = Server.As("hospital");
        var version = (await hospital.GetJsonAsync("Task/t1")).GetProperty("meta").GetProperty("versionId").GetString();
        var named = $"\"ifMatch\":\"W/\\\"{version}\\\"\"";
        var accept = Replace("Task.status", "valueCode", "\"accepted\"");

        using var without = await SendAsync(hospital, Entry("PATCH", "Task/t1", accept));
        using var oracle = await SendAsync(hospital, Entry(
            "PATCH", "Task/t1", Binary("""[{"op":"test","path":"/note/0/text","value":"only the custodian and full see this"}]"""), named));
        using var accepted = await SendAsync(hospital, Entry("PATCH", "Task/t1", accept, named));

        await without.OutcomeAsync(400);
        await oracle.OutcomeAsync(422);
        Assert.Equal(["200 OK"], await StatusesAsync(accepted));
        using var navigator = Server.As("navigator");
        Assert.Equal(1, (await navigator.GetJsonAsync("Task/t1")).GetProperty("note").GetArrayLength());
    }

    [Theory]
    [InlineData("system/Patient.u")]
    [InlineData("system/Patient.r")]
    public async Task A_patch_needs_the_rights_to_read_and_to_update(string scope)
    {
        using var client = Server.As(Demo.DemoCaller.All.Single(caller => caller.Name == "navigator") with { Scope = scope });

        using var response = await SendAsync(client, Entry("PATCH", "Patient/p1", Binary("[]")));

        await response.OutcomeAsync(403);
    }

    [Fact]
    public async Task Many_transactions_at_once_that_patch_one_resource_all_count()
    {
        using var client = Server.As("navigator");
        var add = Entry("PATCH", "Patient/p1", Binary("""[{"op":"add","path":"/telecom/-","value":{"system":"phone","value":"1"}}]"""));

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(client, add)));

        Assert.All(responses, response => Assert.Equal(200, (int)response.StatusCode));
        Assert.Equal(5, (await client.GetJsonAsync("Patient/p1")).GetProperty("telecom").GetArrayLength());
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, params string[] entries) =>
        client.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""");

    private static string Entry(string method, string url, string? resource, string? condition = null, string? fullUrl = null)
    {
        var (before, content) = (fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",", resource is null ? "" : $"\"resource\":{resource},");
        var after = condition is null ? "" : "," + condition;
        return $$"""{{{before}}{{content}}"request":{"method":"{{method}}","url":"{{url}}"{{after}} } }""";
    }

    /// <summary>A JSON Patch of Patient/p1.</summary>
    private static string Patch(string patch) => Entry("PATCH", "Patient/p1", Binary(patch));

    private static string Binary(string patch)
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch));
        return $$"""{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{data}}"}""";
    }

    private static string Replace(string path, string type, string value) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[
        {"name":"type","valueCode":"replace"},{"name":"path","valueString":"{{path}}"},{"name":"value","{{type}}":{{value}} }]}]}
        """;

    private static async Task<List<string>> StatusesAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var entries = (await response.JsonAsync()).GetProperty("entry").EnumerateArray();
        return [.. entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!)];
    }

    private static async Task<(string? Gender, string? Version)> GenderAsync(HttpClient client, string id)
    {
        var patient = await client.GetJsonAsync($"Patient/{id}");
        return (patient.GetProperty("gender").GetString(), patient.GetProperty("meta").GetProperty("versionId").GetString());
    }
}
