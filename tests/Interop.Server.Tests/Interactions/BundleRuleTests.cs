using System.Text.Json;

namespace Interop.Server.Tests.Interactions;

/// <summary>
/// What a Bundle means by its addresses, in which order it is carried out, and how far its entries depend on each other
/// (https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules).
/// </summary>
public sealed partial class BundleRuleTests : SceneTests
{
    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("own", "Own"), Fixtures.Patient("other", "Other")];

    [Theory]
    [InlineData("http://ehr.example/fhir/Observation/1", "Patient/own", "the address of an entry")]
    [InlineData("http://ehr.example/fhir/Observation/1", "http://ehr.example/fhir/Patient/own", "the same, written out")]
    [InlineData("http://ehr.example/fhir/Observation/1", "http://ehr.example/fhir/Patient/own/_history/3", "a version of it")]
    [InlineData(
        "urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a12", "http://ehr.example/fhir/Patient/own", "from an entry that has only a name")]
    public async Task A_relative_reference_is_read_against_the_address_of_its_entry(string fullUrl, string reference, string why)
    {
        using var client = Server.As("navigator");

        var answer = await SentAsync(client, Transaction(
            Entry("http://ehr.example/fhir/Patient/own", """{"resourceType":"Patient","name":[{"family":"Posted"}]}""", "POST", "Patient"),
            Entry(fullUrl, Observation(reference), "POST", "Observation")));

        var posted = KeyOf(answer, 0);
        Assert.True(posted != "Patient/own", why);
        var observation = await client.GetJsonAsync(KeyOf(answer, 1));
        Assert.Equal(posted, observation.GetProperty("subject").GetProperty("reference").GetString());
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("batch")]
    public async Task What_is_relative_to_another_server_is_never_our_own_person(string type)
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync(
            "", Bundle(type, Entry("http://ehr.example/fhir/Observation/1", Observation("Patient/own"), "POST", "Observation")));

        if (type == "transaction")
        {
            await response.OutcomeAsync(422);
        }
        else
        {
            Assert.Equal("422", Statuses(await response.JsonAsync()).Single());
        }

        Assert.Empty((await client.GetJsonAsync("Observation?subject=Patient/own")).Keys());
    }

    [Theory]
    [InlineData("http://interop.test/fhir/Observation/1")]
    [InlineData("urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a12")]
    [InlineData(null)]
    public async Task A_relative_reference_without_another_base_is_ours(string? fullUrl)
    {
        using var client = Server.As("navigator");

        var answer = await SentAsync(client, Transaction(Entry(fullUrl, Observation("Patient/own"), "POST", "Observation")));

        Assert.Equal(
            "Patient/own", (await client.GetJsonAsync(KeyOf(answer, 0))).GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task Addresses_in_urls_and_narrative_follow_the_entries_and_canonical_ones_do_not()
    {
        const string name = "urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11";
        using var client = Server.As("navigator");

        var answer = await SentAsync(client, Transaction(
            Entry(name, """{"resourceType":"Basic","code":{"text":"x"}}""", "POST", "Basic"),
            Entry("http://ehr.example/fhir/Basic/b", """{"resourceType":"Basic","code":{"text":"y"}}""", "POST", "Basic"),
            Entry("http://ehr.example/fhir/Observation/1", $$$"""
                {"resourceType":"Observation","status":"final","code":{"text":"x"},"identifier":[{"system":"{{{name}}}",
                "value":"{{{name}}}"}],
                "subject":{"reference":"http://interop.test/fhir/Patient/own"},
                "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"{{{name}}}#part\">it</a></div>"},
                "extension":[{"url":"http://x.example/url","valueUrl":"{{{name}}}#part"},{"url":"http://x.example/canonical",
                "valueCanonical":"{{{name}}}"},
                {"url":"http://x.example/attachment","valueAttachment":{"url":"Basic/b"}}]}
                """, "POST", "Observation")));

        var (basic, other) = (KeyOf(answer, 0), KeyOf(answer, 1));
        var observation = await client.GetJsonAsync(KeyOf(answer, 2));
        var extensions = observation.GetProperty("extension");
        Assert.Equal($"{basic}#part", extensions[0].GetProperty("valueUrl").GetString());
        Assert.Equal(name, extensions[1].GetProperty("valueCanonical").GetString());
        Assert.Equal(other, extensions[2].GetProperty("valueAttachment").GetProperty("url").GetString());
        Assert.Contains($"href=\"{basic}#part\"", observation.GetProperty("text").GetProperty("div").GetString(), StringComparison.Ordinal);
        Assert.Equal(name, observation.GetProperty("identifier")[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("document")]
    [InlineData("message")]
    [InlineData("collection")]
    public async Task References_inside_a_stored_Bundle_are_its_own(string type)
    {
        var head = type switch
        {
            "document" =>
                """{"fullUrl":"http://ehr.example/fhir/Composition/1","resource":"""
                    + """{"resourceType":"Composition","id":"1","status":"final","type":{"text":"x"},"date":"2026-01-01","author":["""
                    + """{"reference":"Practitioner/nobody"}],"title":"x","subject":{"reference":"Patient/own"}}}""",
            "message" =>
                """{"fullUrl":"http://ehr.example/fhir/MessageHeader/1","resource":"""
                    + """{"resourceType":"MessageHeader","id":"1","eventUri":"http://x.example/e","source":"""
                    + """{"endpoint":"http://x.example"},"focus":[{"reference":"ServiceRequest/nowhere"}]}}""",
            _ =>
                """{"fullUrl":"http://ehr.example/fhir/Basic/1","resource":{"resourceType":"Basic","id":"1","code":"""
                    + """{"text":"x"},"subject":{"reference":"Patient/own"}}}""",
        };
        var body = $$$$"""
            {"resourceType":"Bundle","type":"{{{{type}}}}","identifier":{"system":"urn:ietf:rfc:3986",
            "value":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a33"},
            "timestamp":"2026-01-01T00:00:00Z","entry":[{{{{head}}}},
            {"fullUrl":"http://ehr.example/fhir/Patient/own","resource":{"resourceType":"Patient","id":"own"}},
            {"fullUrl":"http://ehr.example/fhir/Practitioner/nobody","resource":{"resourceType":"Practitioner","id":"nobody"}},
            {"fullUrl":"http://ehr.example/fhir/ServiceRequest/nowhere","resource":{"resourceType":"ServiceRequest","id":"nowhere",
            "status":"active","intent":"order","subject":{"reference":"Patient/own"}}}]}
            """;
        using var client = Server.As("navigator");

        var key = await client.CreatedAsync("Bundle", body);

        var stored = await client.GetJsonAsync(key);
        Assert.Equal(
            "Patient/own",
            stored.GetProperty("entry")[3].GetProperty("resource").GetProperty("subject").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task Entries_of_a_batch_are_independent_from_the_first_byte_on()
    {
        const string patch =
            """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},"""
                + """{"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"male"}]}]}""";
        const string jsonPatch =
            """{"resourceType":"Binary","contentType":"application/json-"""
                + """patch+json","data":"W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9nZW5kZXIiLCJ2YWx1ZSI6Im90aGVyIn1d"}""";
        using var client = Server.As("navigator");
        (string Entry, string Status, string Why)[] entries =
        [
            (Entry(null, null, "GET", "Patient/own"), "200", "a read"),
            (Entry(null, """{"resourceType":"Observation","status":"nonsense"}""", "POST", "Observation"), "400", "an invalid resource"),
            (Entry(null, """{"resourceType":"Nonsense"}""", "POST", "Nonsense"), "400", "an unknown type"),
            (Entry(null, null, "GET", "Nonsense/1"), "400", "a read of an unknown type"),
            ("""{"resource":{"resourceType":"Basic","code":{"text":"x"}}}""", "400", "no request"),
            ("""{"request":{"method":"FETCH","url":"Patient/own"}}""", "400", "an unknown method"),
            ("""{"request":{"method":"GET","url":"Patient/own"},"nonsense":1}""", "400", "an unknown element"),
            (Entry(null, null, "GET", "/Patient/own"), "200", "a slash before"),
            (Entry(null, null, "GET", "http://interop.test/fhir/Patient/own"), "200", "our own address"),
            (Entry(null, null, "GET", "Patient/own/_history/1"), "200", "a version"),
            (Entry(null, null, "GET", "Patient/own/_history"), "200", "a history"),
            (Entry(null, null, "GET", "metadata"), "200", "what the server can do"),
            (Entry(null, patch, "PATCH", "Patient/own"), "200 OK", "a FHIRPath patch"),
            (Entry(null, jsonPatch, "PATCH", "Patient/own"), "200 OK", "a JSON patch"),
            (Entry(null, Other, "PUT", "Patient?_id=own"), "200 OK", "a conditional update"),
            (Entry(null, null, "DELETE", "Patient?identifier=x"), "404", "a conditional delete"),
            (Entry(null, null, "GET", "Patient?nonsense=1"), "400", "an unknown parameter"),
            (Entry(null, """{"resourceType":"Basic","code":{"text":"x"}}""", "POST", "Basic"), "201 Created", "a create"),
        ];

        using var response = await client.PostFhirAsync("", Bundle("batch", [.. entries.Select(entry => entry.Entry)]));

        var json = await response.JsonAsync();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.All(Statuses(json).Zip(entries), pair => Assert.True(pair.First == pair.Second.Status, $"{pair.Second.Why}: {pair.First}"));
        Assert.Equal("Patient", json.GetProperty("entry")[9].GetProperty("resource").GetProperty("resourceType").GetString());
        Assert.Equal("history", json.GetProperty("entry")[10].GetProperty("resource").GetProperty("type").GetString());
        Assert.Equal("CapabilityStatement", json.GetProperty("entry")[11].GetProperty("resource").GetProperty("resourceType").GetString());
        Assert.Equal("other", (await client.GetJsonAsync("Patient/own")).GetProperty("gender").GetString());
        var outcome = json.GetProperty("entry")[6].GetProperty("response").GetProperty("outcome").GetProperty("issue")[0];
        Assert.StartsWith("Bundle.entry[6]", outcome.GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"resourceType":1}""")]
    [InlineData("""{"resourceType":"Basic","code":{"text":"x"},"code":{"text":"y"}}""")]
    [InlineData("""{"resourceType":"Binary","contentType":5}""")]
    [InlineData("""{"resourceType":"Binary","contentType":"application/json-patch+json","data":5}""")]
    [InlineData("""{"resourceType":"Binary","contentType":"application/json-patch+json","data":"%"}""")]
    public async Task What_is_no_resource_is_its_own_entrys_fault(string resource)
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle(
            "batch",
            Entry(null, resource, "PATCH", "Patient/own"),
            Entry("http://ehr.example/fhir/Basic/1", resource, "POST", "Basic"),
            Entry(null, null, "GET", "Patient/own")));

        Assert.Equal(200, (int)response.StatusCode);
        var statuses = Statuses(await response.JsonAsync());
        Assert.All(statuses.Take(2), status => Assert.StartsWith("4", status, StringComparison.Ordinal));
        Assert.Equal("200", statuses[2]);
    }

    [Fact]
    public async Task Half_a_character_in_an_address_is_no_failure()
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle(
            "batch",
            Entry(
                "http://ehr.example/fhir/Basic/1",
                """{"resourceType":"Basic","code":{"text":"x"},"implicitRules":"a\ud800"}""",
                "POST",
                "Basic")));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Matches("^[24]", Statuses(await response.JsonAsync()).Single());
    }

    [Theory]
    [InlineData("http://ehr.example/fhir/Observation/1/")]
    [InlineData("http://ehr.example/fhir/Observation/1/_history/2")]
    [InlineData("http://ehr.example/fhir/observations?id=1")]
    [InlineData("http://ehr.example/fhir/Observation/1#x")]
    [InlineData("ehr:Observation/1")]
    public async Task No_address_of_another_server_makes_a_relative_reference_ours(string fullUrl)
    {
        using var client = Server.As("navigator");

        using var transaction =
            await client.PostFhirAsync("", Transaction(Entry(fullUrl, Observation("Patient/own"), "POST", "Observation")));
        using var batch =
            await client.PostFhirAsync("", Bundle("batch", Entry(fullUrl, Observation("Patient/own"), "POST", "Observation")));

        Assert.StartsWith(
            "4", ((int)transaction.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.StartsWith("4", Statuses(await batch.JsonAsync()).Single(), StringComparison.Ordinal);
        Assert.Empty((await client.GetJsonAsync("Observation")).Keys());
    }

    [Fact]
    public async Task A_search_in_a_batch_answers_as_it_would_alone()
    {
        using var client = Server.As("navigator");
        const string search = "Patient?_count=1&_total=accurate&_sort=_id&_elements=name";

        using var response = await client.PostFhirAsync("", Bundle("batch", Entry(null, null, "GET", search)));

        var alone = await client.GetJsonAsync(search);
        var nested = (await response.JsonAsync()).GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal(alone.GetRawText(), nested.GetRawText());
        Assert.Equal(2, nested.GetProperty("total").GetInt32());
        Assert.Contains(nested.GetProperty("link").EnumerateArray(), link => link.GetProperty("relation").GetString() == "next");
    }

    [Fact]
    public async Task A_read_in_a_batch_gives_the_part_that_is_asked_for()
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle("batch", Entry(null, null, "GET", "Patient/own?_elements=gender")));

        var patient = (await response.JsonAsync()).GetProperty("entry")[0].GetProperty("resource");
        Assert.False(patient.TryGetProperty("name", out _));
    }

    [Fact]
    public async Task What_is_known_is_not_sent_again()
    {
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle(
            "batch",
            Entry(null, null, "GET", "Patient/own", "\"ifNoneMatch\":\"W/\\\"1\\\"\""),
            Entry(null, null, "GET", "Patient/own", "\"ifNoneMatch\":\"W/\\\"2\\\"\""),
            Entry(null, null, "GET", "Patient/own", "\"ifModifiedSince\":\"2100-01-01T00:00:00Z\""),
            Entry(null, null, "GET", "Patient/own", "\"ifModifiedSince\":\"2000-01-01T00:00:00Z\"")));

        Assert.Equal(["304", "200", "304", "200"], Statuses(await response.JsonAsync()));
    }

    private static readonly string Other = Fixtures.Patient("own", "Own").Replace("female", "other", StringComparison.Ordinal);

    private const string Basic = """{"resourceType":"Basic","code":{"text":"x"}}""";

    private static string Observation(string subject) =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"{{{subject}}}"}}""";

    private static string Transaction(params string[] entries) => Bundle("transaction", entries);

    private static string Bundle(string type, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""";

    private static string Entry(string? fullUrl, string? resource, string method, string url, string? more = null) =>
        "{" + (fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",") + (resource is null ? "" : $"\"resource\":{resource},")
        + $"\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\"{(more is null ? "" : "," + more)}}}}}";

    private static async Task<JsonElement> SentAsync(HttpClient client, string bundle)
    {
        using var response = await client.PostFhirAsync("", bundle);
        var json = await response.JsonAsync();
        Assert.True((int)response.StatusCode == 200, json.ToString());
        return json;
    }

    private static string KeyOf(JsonElement answer, int entry)
    {
        var location = answer.GetProperty("entry")[entry].GetProperty("response").GetProperty("location").GetString()!;
        return location[(RunningServer.PublicUrl.Length + 1)..].Split("/_history/")[0];
    }

    private static List<string?> Statuses(JsonElement answer) =>
        [.. answer.GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("response").GetProperty("status").GetString())];
}
