using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>Input that wants to break something: a 4xx that names the place, nothing stored, the process unharmed.</summary>
public class HostileInputTests : SceneTests
{
    public static TheoryData<string, string> Broken => new()
    {
        { "lone surrogate", """{"resourceType":"Patient","name":[{"family":"\ud800"}]}""" },
        { "duplicate key", """{"resourceType":"Patient","gender":"male","gender":"female"}""" },
        { "trailing comma", """{"resourceType":"Patient","active":true,}""" },
        { "comment", """{"resourceType":"Patient"/* no */}""" },
        { "trailing content", """{"resourceType":"Patient"}{}""" },
        { "control character", "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"a\\u0000b\"}]}" },
        { "misspelt element", """{"resourceType":"Patient","birthdate":"1988-02-29"}""" },
        { "impossible date", """{"resourceType":"Patient","birthDate":"2021-02-30"}""" },
        { "unknown type", """{"resourceType":"Patientt"}""" },
        { "an array", "[]" },
        { "nothing", "null" },
        { "half", "{\"resourceType\":\"Pat" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_resource_is_refused_where_it_is_broken(string fault, string json) =>
        await RefusedAsync("Patient", Encoding.UTF8.GetBytes(json), fault);

    [Theory]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public async Task Bytes_that_are_not_UTF_8_are_refused(byte[] bytes) => await RefusedAsync(
        "Patient",
        [.. "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\""u8, .. bytes, .. "\"}]}"u8],
        "invalid UTF-8");

    [Fact]
    public async Task Ten_thousand_levels_of_nesting_are_refused()
    {
        var json =
            "{\"resourceType\":\"Patient\",\"extension\":" + string.Concat(Enumerable.Repeat("[{\"url\":\"a\",\"extension\":", 10_000));

        await RefusedAsync("Patient", Encoding.UTF8.GetBytes(json + "[]" + string.Concat(Enumerable.Repeat("}]", 10_000)) + "}"), "deep");
    }

    [Fact]
    public async Task Fifty_megabytes_are_not_read()
    {
        using var client = Server.As("navigator");
        using var content = new ByteArrayContent(new byte[50 * 1024 * 1024]);
        content.Headers.ContentType = new("application/fhir+json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("Patient", UriKind.Relative)) { Content = content };
        request.Headers.ExpectContinue = true;
        var before = await CountAsync();

        using var response = await client.SendAsync(request);

        var issue = await response.OutcomeAsync(413);
        Assert.Equal("too-costly", issue.GetProperty("code").GetString());
        Assert.Equal(before, await CountAsync());
        await AliveAsync();
    }

    [Fact]
    public async Task One_bad_entry_of_five_hundred_stores_none()
    {
        var entries = Enumerable.Range(0, 500).Select(number => number == 321
            ? """{"resource":{"resourceType":"Patient","gender":"mail"},"request":{"method":"POST","url":"Patient"} }"""
            : """{"resource":{"resourceType":"Patient","gender":"male"},"request":{"method":"POST","url":"Patient"} }""");

        var issue = await RefusedAsync(
            "",
            Encoding.UTF8.GetBytes($"{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{string.Join(',', entries)}]}}"),
            "bad entry");

        Assert.Contains("Bundle.entry[321]", issue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_refusal_inside_a_transaction_undoes_what_came_before()
    {
        const string Bundle = """
            {"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","gender":"male"},
            "request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Condition","subject":{"reference":"Patient/nobody"}},
            "request":{"method":"POST","url":"Condition"}}]}
            """;
        var before = await CountAsync();
        using var client = Server.As("navigator");

        using var response = await client.PostFhirAsync("", Bundle);

        var issue = await response.OutcomeAsync(422);
        Assert.Equal("Bundle.entry[1].resource.subject", issue.GetProperty("expression")[0].GetString());
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task A_resource_of_another_type_or_id_than_the_path_is_refused()
    {
        using var client = Server.As("navigator");

        using var type = await client.PostFhirAsync("Observation", """{"resourceType":"Patient"}""");
        using var id =
            await client.PutFhirAsync("Organization/crisis-program", """{"resourceType":"Organization","id":"other","name":"x"}""");
        using var missing = await client.PostFhirAsync("Observation", """{"resourceType":"Observation","code":{"text":"x"}}""");

        Assert.Equal("resourceType", (await type.OutcomeAsync(400)).GetProperty("expression")[0].GetString());
        Assert.Equal("Organization.id", (await id.OutcomeAsync(400)).GetProperty("expression")[0].GetString());
        Assert.Equal("Observation.status", (await missing.OutcomeAsync(400)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        using var client = Server.As("navigator");
        using var turtle = new StringContent("[] a fhir:Patient .", Encoding.UTF8, "application/fhir+turtle");

        using var sent = await client.PostAsync(new Uri("Patient", UriKind.Relative), turtle);
        using var asked = await client.GetAsync("Patient?_format=ttl");

        await sent.OutcomeAsync(415);
        await asked.OutcomeAsync(406);
    }

    private async Task<string> RefusedAsync(string path, byte[] body, string fault)
    {
        var before = await CountAsync();
        using var client = Server.As("navigator");
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/fhir+json");

        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);

        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 400, $"{fault}: {(int)response.StatusCode} {text}");
        var issue = await response.OutcomeAsync(400);
        Assert.NotEmpty(issue.GetProperty("diagnostics").GetString()!);
        Assert.Equal(before, await CountAsync());
        await AliveAsync();
        return issue.TryGetProperty("expression", out var expression)
            ? expression[0].GetString()!
            : issue.GetProperty("diagnostics").GetString()!;
    }

    private async Task<long> CountAsync()
    {
        await using var read = await Server.Rows.OpenReadAsync(CancellationToken.None);
        return read.Rows.Count();
    }

    private async Task AliveAsync()
    {
        using var client = Server.WithToken(null);
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(200, (int)response.StatusCode);
    }
}
