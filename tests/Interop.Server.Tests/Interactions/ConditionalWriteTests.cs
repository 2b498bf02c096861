using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Interactions;

/// <summary>
/// Update, patch and delete of what a condition finds: none, one or several (https://hl7.org/fhir/R4/http.html#cond-update).
/// </summary>
public class ConditionalWriteTests : SceneTests
{
    private const string JsonPatch = """[{"op":"replace","path":"/gender","value":"other"}]""";
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("one", "One"),
        Fixtures.Patient("two1", "Two"),
        Fixtures.Patient("two2", "Two"),
        Fixtures.Consent("denies", "one", "city-hospital", type: "deny", tier: "basic"),
    ];

    [Theory]
    [InlineData("PUT", "family=None", 201)]
    [InlineData("PUT", "family=One", 200)]
    [InlineData("PUT", "family=One&_format=json", 200)]
    [InlineData("PUT", "family=Two", 412)]
    [InlineData("PUT", "", 400)]
    [InlineData("PUT", "_format=json", 400)]
    [InlineData("PUT", "nonsense=1", 400)]
    [InlineData("PUT", "family=One&_sort=family", 400)]
    [InlineData("PATCH", "family=None", 404)]
    [InlineData("PATCH", "family=One", 200)]
    [InlineData("PATCH", "family=Two", 412)]
    [InlineData("PATCH", "", 400)]
    [InlineData("DELETE", "family=None", 404)]
    [InlineData("DELETE", "identifier=only", 204)]
    [InlineData("DELETE", "family=Two", 412)]
    [InlineData("DELETE", "", 400)]
    public async Task A_condition_is_about_one_resource(string method, string condition, int status)
    {
        using var client = Server.As(Navigator);
        await client.CreatedAsync(
            "Patient", """{"resourceType":"Patient","identifier":[{"value":"only"}],"name":[{"family":"Only"}]}""");
        using var response = await SendAsync(client, method, $"Patient?{condition}", method switch
        {
            "PUT" => """{"resourceType":"Patient","name":[{"family":"One"}],"gender":"other"}""",
            "PATCH" => JsonPatch,
            _ => null,
        });

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        if (status >= 400)
        {
            await response.OutcomeAsync(status);
        }

        if (status == 200)
        {
            Assert.Equal("other", (await client.GetJsonAsync("Patient/one")).GetProperty("gender").GetString());
            Assert.Equal($"{RunningServer.PublicUrl}/Patient/one/_history/2", response.Headers.Location!.ToString());
        }
    }

    [Theory]
    [InlineData("family=One", "one", 200)]
    [InlineData("family=One", "two1", 400)]
    [InlineData("family=None", "two1", 400)]
    [InlineData("family=None", "nobody", 400)]
    public async Task The_id_in_the_body_is_that_of_the_match(string condition, string id, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await SendAsync(client, "PUT", $"Patient?{condition}", Fixtures.Patient(id, "One"));

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        if (status != 200)
        {
            Assert.Equal("Patient.id", (await response.OutcomeAsync(400)).GetProperty("expression")[0].GetString());
            Assert.Equal("1", (await client.GetJsonAsync("Patient/two1")).GetProperty("meta").GetProperty("versionId").GetString());
        }
    }

    [Fact]
    public async Task The_custodian_names_a_new_organisation_with_a_condition_too()
    {
        using var client = Server.As("privacy");
        var organization = Fixtures.Organization("new-clinic", "hospital");

        using var named = await SendAsync(client, "PUT", "Organization?name=new-clinic", organization);
        using var again = await SendAsync(client, "PUT", "Organization?name=new-clinic", organization);
        using var other = await SendAsync(client, "PUT", "Organization?name=elsewhere", organization);

        Assert.True((int)named.StatusCode == 201, await named.Content.ReadAsStringAsync());
        Assert.Equal(200, (int)again.StatusCode);
        await other.OutcomeAsync(400);
        Assert.Equal("new-clinic", (await client.GetJsonAsync("Organization/new-clinic")).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("PUT", "family=One", "If-Match", "W/\"1\"", 200)]
    [InlineData("PUT", "family=One", "If-Match", "W/\"7\"", 412)]
    [InlineData("PUT", "family=None", "If-Match", "W/\"1\"", 412)]
    [InlineData("PUT", "family=One", "If-None-Match", "*", 412)]
    [InlineData("PUT", "family=None", "If-None-Match", "*", 201)]
    [InlineData("PATCH", "family=One", "If-Match", "W/\"7\"", 412)]
    [InlineData("DELETE", "family=One", "If-Match", "W/\"7\"", 412)]
    [InlineData("DELETE", "family=One", "If-None-Exist", "family=x", 400)]
    public async Task Preconditions_are_those_of_the_match(string method, string condition, string header, string value, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await SendAsync(
            client,
            method,
            $"Patient?{condition}",
            method switch { "PUT" => """{"resourceType":"Patient","name":[{"family":"One"}]}""", "PATCH" => JsonPatch, _ => null },
            (header, value));

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_Task_is_updated_by_a_condition_only_with_its_version()
    {
        await Server.ImportAsync(
            Custodian,
            Fixtures.Consent("opens", "two1", "city-hospital"),
            Fixtures.Referral("r1", "two1"),
            Fixtures.ReferralTask("t1", "two1", "r1", status: "draft"));
        using var client = Server.As(Navigator);
        var moved = Fixtures.ReferralTask("t1", "two1", "r1");

        using var blind = await SendAsync(client, "PUT", "Task?_id=t1", moved);
        using var seeing = await SendAsync(client, "PUT", "Task?_id=t1", moved, ("If-Match", "W/\"1\""));

        await blind.OutcomeAsync(400);
        Assert.True((int)seeing.StatusCode == 200, await seeing.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("PUT", "Patient?family=One", "system/Patient.us", 403)]
    [InlineData("PUT", "Patient?family=One", "system/Patient.cu", 403)]
    [InlineData("PUT", "Patient?family=One", "system/Patient.cus", 200)]
    [InlineData("PATCH", "Patient?family=One", "system/Patient.us", 403)]
    [InlineData("PATCH", "Patient?family=One", "system/Patient.rus", 200)]
    [InlineData("DELETE", "Patient?family=One", "system/Patient.d", 403)]
    public async Task A_condition_needs_the_right_to_search(string method, string path, string scope, int status)
    {
        using var client = Server.As(Navigator with { Scope = scope });

        using var response = await SendAsync(
            client,
            method,
            path,
            method switch { "PUT" => """{"resourceType":"Patient","name":[{"family":"One"}]}""", "PATCH" => JsonPatch, _ => null });

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_a_condition_finds_is_what_its_caller_sees()
    {
        using var hospital = Server.As("hospital");

        using var patched = await SendAsync(hospital, "PATCH", "Patient?family=One", JsonPatch);
        using var deleted = await SendAsync(hospital, "DELETE", "Patient?family=One", null);
        using var foreign = await SendAsync(hospital, "DELETE", "Patient?_id=two1", null);
        using var own = await SendAsync(
            hospital, "PUT", "Patient?family=One", """{"resourceType":"Patient","name":[{"use":"official","family":"One"}]}""");

        await patched.OutcomeAsync(404);
        await deleted.OutcomeAsync(404);
        await foreign.OutcomeAsync(404);
        Assert.True((int)own.StatusCode == 201, await own.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_condition_is_on_the_trail()
    {
        using var client = Server.As(Navigator);
        using var deleted = await SendAsync(client, "DELETE", "Patient?family=Two", null);
        using var updated = await SendAsync(client, "PUT", "Patient?family=One", Fixtures.Patient("one", "One"));

        var rows = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .Where(row => row.Client == "demo-navigator").ToList();
        Assert.Equal(["search-type", "delete", "search-type", "update"], rows.Select(row => row.Interaction));
        Assert.Equal(["permit", "deny", "permit", "permit"], rows.Select(row => row.Outcome));
        Assert.Equal("Patient/one", rows[3].Target);
        using var detail = JsonDocument.Parse(rows[0].Detail);
        Assert.Equal("family=Two", detail.RootElement.GetProperty("query").GetString());
        Assert.Equal(2, detail.RootElement.GetProperty("disclosed").GetArrayLength());
    }

    [Fact]
    public async Task Of_conditional_updates_at_once_one_creates()
    {
        using var client = Server.As(Navigator);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(
            client, "PUT", "Patient?family=Race", """{"resourceType":"Patient","name":[{"family":"Race"}]}""")));

        Assert.Single(answers, answer => (int)answer.StatusCode == 201);
        Assert.Equal(7, answers.Count(answer => (int)answer.StatusCode == 200));
        Assert.Single((await client.GetJsonAsync("Patient?family=Race")).Keys());
    }

    [Fact]
    public async Task Of_conditional_patches_at_once_none_is_lost()
    {
        using var client = Server.As(Navigator);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => SendAsync(
            client, "PATCH", "Patient?family=One", $$"""[{"op":"add","path":"/name/0/given/-","value":"N{{number}}"}]""")));

        Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
        Assert.Equal(7, (await client.GetJsonAsync("Patient/one")).GetProperty("name")[0].GetProperty("given").GetArrayLength());
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("transaction")]
    public async Task Entries_of_Bundles_have_conditions(string type)
    {
        using var client = Server.As(Navigator);
        var only = await client.CreatedAsync(
            "Patient", """{"resourceType":"Patient","identifier":[{"value":"only"}],"name":[{"family":"Only"}]}""");
        const string patch =
            """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},"""
                + """{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"male"}]}]}""";

        using var response = await client.PostFhirAsync("", Bundle(
            type,
            Entry("PUT", "Patient?family=New", """{"resourceType":"Patient","name":[{"family":"New"}]}"""),
            Entry("PATCH", "Patient?family=One", patch),
            Entry("DELETE", "Patient?identifier=only", null)));

        var json = await response.JsonAsync();
        Assert.True((int)response.StatusCode == 200, json.ToString());
        Assert.Equal(["201", "200", "204"], Statuses(json));
        Assert.Single((await client.GetJsonAsync("Patient?family=New")).Keys());
        Assert.Equal("male", (await client.GetJsonAsync("Patient/one")).GetProperty("gender").GetString());
        using var gone = await client.GetAsync(only);
        Assert.Equal(410, (int)gone.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "Patient?family=Two", 412, ".request.url")]
    [InlineData("DELETE", "Patient?family=Two", 412, ".request.url")]
    [InlineData("PATCH", "Patient?family=Two", 412, ".request.url")]
    [InlineData("DELETE", "Patient?family=None", 404, ".request.url")]
    [InlineData("PATCH", "Patient?family=None", 404, ".request.url")]
    [InlineData("PUT", "Patient?nonsense=1", 400, ".request.url")]
    [InlineData("DELETE", "Patient?_format=json", 400, ".request")]
    public async Task A_condition_that_is_not_about_one_undoes_a_transaction(string method, string url, int status, string place)
    {
        using var client = Server.As(Navigator);
        var resource = method switch
        {
            "PUT" => """{"resourceType":"Patient","name":[{"family":"Two"}]}""",
            "PATCH" => """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},"""
                + """{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"male"}]}]}""",
            _ => null,
        };

        using var response = await client.PostFhirAsync("", Bundle(
            "transaction",
            Entry("POST", "Patient", """{"resourceType":"Patient","name":[{"family":"Half"}]}"""),
            Entry(method, url, resource)));

        var issue = await response.OutcomeAsync(status);
        Assert.Equal("Bundle.entry[1]" + place, issue.GetProperty("expression")[0].GetString());
        Assert.Empty((await client.GetJsonAsync("Patient?family=Half")).Keys());
    }

    [Theory]
    [InlineData("PUT", "Patient/one", "PUT", "Patient?family=One")]
    [InlineData("PUT", "Patient?family=One", "PUT", "Patient?family=ONE")]
    [InlineData("PUT", "Patient?family=One", "PUT", "Patient?_id=one")]
    [InlineData("DELETE", "Patient?family=None", "DELETE", "Patient?family=None")]
    public async Task Entries_that_would_change_one_resource_are_refused(string method, string url, string secondMethod, string secondUrl)
    {
        using var client = Server.As(Navigator);
        var body = Fixtures.Patient("one", "One");

        using var response = await client.PostFhirAsync("", Bundle(
            "transaction",
            Entry(method, url, method == "PUT" ? body : null),
            Entry(secondMethod, secondUrl, secondMethod == "PUT" ? body : null)));

        Assert.Equal("duplicate", (await response.OutcomeAsync(400)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_conditional_update_in_a_transaction_is_what_its_fullUrl_names()
    {
        using var client = Server.As(Navigator);
        const string condition =
            """{"resourceType":"Condition","code":{"text":"x"},"subject":{"reference":"urn:uuid:0d1d6fd2-3f43-4a52-9b43-0f5a5e1c2a33"}}""";

        using var response = await client.PostFhirAsync("", Bundle(
            "transaction",
            Entry("POST", "Condition", condition),
            Entry(
                "PUT",
                "Patient?family=One",
                """{"resourceType":"Patient","name":[{"family":"One"}],"gender":"male"}""",
                "urn:uuid:0d1d6fd2-3f43-4a52-9b43-0f5a5e1c2a33")));

        Assert.True((int)response.StatusCode == 200, await response.Content.ReadAsStringAsync());
        Assert.Single((await client.GetJsonAsync("Condition?patient=one")).Keys());
    }

    private static string Bundle(string type, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""";

    private static string Entry(string method, string url, string? resource, string? fullUrl = null) =>
        "{" + (fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",") + (resource is null ? "" : $"\"resource\":{resource},")
        + $"\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"}}}}";

    private static List<string> Statuses(JsonElement answer) =>
        [.. answer.GetProperty("entry").EnumerateArray().Select(
            entry => entry.GetProperty("response").GetProperty("status").GetString()![..3])];

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = Answers.Fhir(body);
            if (method == "PATCH")
            {
                request.Content.Headers.ContentType = new("application/json-patch+json");
            }
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }
}
