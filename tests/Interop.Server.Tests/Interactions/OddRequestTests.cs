using System.Text;

namespace Interop.Server.Tests.Interactions;

/// <summary>Legal FHIR and legal HTTP at their edges: whatever is asked, the answer is no 500.</summary>
public class OddRequestTests : IAsyncLifetime
{
    private const string NoValue = """{"extension":[{"url":"http://example.org/x","valueString":"y"}]}""";
    private RunningServer server = null!;

    public static TheoryData<string, int, string> Searches => new()
    {
        { "family", 501, "," },
        { "family", 500, "," },
        { "_id", 501, "," },
        { "_sort", 9, "," },
        { "family", 21, "&family=" },
        { "family", 20, "&family=" },
        { "family", 1500, "&family=" },
    };

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
            Fixtures.Patient("p1"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task A_search_of_many_parts_is_answered_or_refused(string name, int count, string separator)
    {
        var isFine = count is 20 or 500;
        using var client = server.As("navigator");
        using var form = new StringContent(
            $"{name}={string.Join(separator, Enumerable.Repeat("family", count))}", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await client.PostAsync(new Uri("Patient/_search", UriKind.Relative), form);

        Assert.Equal(isFine ? 200 : 400, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("code")]
    [InlineData("recorded-date")]
    [InlineData("patient")]
    [InlineData("subject:Patient.family")]
    [InlineData("code:not")]
    public async Task The_most_values_that_are_allowed_are_answered(string name)
    {
        using var client = server.As("navigator");
        using var form = new StringContent(
            $"{name}={string.Join(',', Enumerable.Repeat("2026", 500))}", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await client.PostAsync(new Uri("Condition/_search", UriKind.Relative), form);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_zero_byte_in_a_search_is_refused()
    {
        using var client = server.As("navigator");
        using var response = await client.GetAsync("Patient?family=a%00b");
        await response.OutcomeAsync(400);
    }

    [Theory]
    [InlineData("\"_method\":" + NoValue + ",\"url\":\"Patient\"")]
    [InlineData("\"method\":\"GET\",\"_url\":" + NoValue)]
    public async Task A_bundle_entry_whose_request_has_no_value_is_refused(string request)
    {
        using var client = server.As("navigator");
        using var response =
            await client.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{ {{request}} } }]}""");
        using var batch =
            await client.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{ {{request}} } }]}""");

        await response.OutcomeAsync(400);
        var entry = (await batch.JsonAsync()).GetProperty("entry")[0].GetProperty("response");
        Assert.Equal("400", entry.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_parameter_without_a_name_or_nested_deep_is_no_failure()
    {
        using var police = server.As("police");
        var deep = string.Concat(Enumerable.Repeat("""{"name":"a","part":[""", 60)) + """{"name":"b","valueString":"c"}"""
            + string.Concat(Enumerable.Repeat("]}", 60));

        foreach (var operation in (string[])
            ["Patient/$crisis-summary", "Patient/$match", "Patient/p1/$everything", "Patient/p1/$break-glass", "ValueSet/$expand"])
        {
            using var nameless = await police.PostFhirAsync(
                operation, $$"""{"resourceType":"Parameters","parameter":[{"_name":{{NoValue}},"valueString":"x"}]}""");
            using var nested =
                await police.PostFhirAsync(operation, $$"""{"resourceType":"Parameters","parameter":[{{deep}}]}""");

            await nameless.OutcomeAsync(400);
            await nested.OutcomeAsync(400);
        }
    }

    [Theory]
    [InlineData("9999-12-31")]
    [InlineData("9999")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task An_encounter_may_end_with_the_last_year(string end)
    {
        using var client = server.As("navigator");
        using var response = await client.PostFhirAsync(
            "Encounter",
            """{"resourceType":"Encounter","status":"finished","class":{"code":"FLD"},"subject":{"reference":"Patient/p1"},"period":"""
                + $$"""{"start":"2026-01-01","end":"{{end}}"} }""");
        Assert.Equal(201, (int)response.StatusCode);
    }

    [Fact]
    public async Task Resources_as_deep_as_the_validator_takes_are_written_and_moved_on()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"url":"http://example.org/x","extension":[""", 100))
            + """{"url":"http://example.org/x","valueString":"y"}""" + string.Concat(Enumerable.Repeat("]}", 100));
        using var client = server.As("navigator");

        using var encounter = await client.PostFhirAsync(
            "Encounter",
            $$"""{"resourceType":"Encounter","extension":[{{deep}}],"status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p1"} }""");
        using var task = await client.PostFhirAsync(
            "Task",
            $$"""{"resourceType":"Task","extension":[{{deep}}],"status":"draft","intent":"order","requester":"""
                + """{"reference":"Organization/crisis-program"} }""");
        var location = task.Headers.Location!.ToString();
        var key = "Task/" + location.Split('/')[^3];
        using var moved = await client.PutFhirAsync(
            key,
            (await task.Content.ReadAsStringAsync()).Replace("\"draft\"", "\"requested\"", StringComparison.Ordinal),
            task.Headers.ETag!.ToString());

        Assert.Equal(201, (int)encounter.StatusCode);
        Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_task_without_a_status_moves_nowhere()
    {
        using var client = server.As("navigator");
        using var task = await client.PostFhirAsync(
            "Task",
            $$"""{"resourceType":"Task","_status":{{NoValue}},"intent":"order","requester":"""
                + """{"reference":"Organization/crisis-program"} }""");
        var body = await task.Content.ReadAsStringAsync();
        Assert.True(task.IsSuccessStatusCode, body);

        using var moved =
            await client.PutFhirAsync("Task/" + task.Headers.Location!.ToString().Split('/')[^3], body, task.Headers.ETag!.ToString());

        await moved.OutcomeAsync(422);
    }
}
