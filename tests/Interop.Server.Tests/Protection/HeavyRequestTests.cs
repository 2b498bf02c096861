using System.Net.Http.Headers;
using System.Text;

namespace Interop.Server.Tests.Protection;

/// <summary>
/// Work that could keep others waiting is refused by name, or done where nobody waits for it. What it costs a bystander is measured by the
/// benchmarks, not asserted here.
/// </summary>
public sealed class HeavyRequestTests : SceneTests
{
    private const string FhirPatch = "application/fhir+json";
    private const string JsonPatch = "application/json-patch+json";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital"), Fixtures.Condition("seen", "p1"),
    ];

    [Fact]
    public async Task While_a_write_takes_its_time_everything_that_does_not_write_is_answered()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var release = new ManualResetEventSlim();
        var writing = Server.Rows.WriteAsync(_ => release.Wait(), CancellationToken.None);
        try
        {
            foreach (var (client, path, status) in new[]
            {
                (navigator, "Patient/p1", 200), (hospital, "Condition/seen", 200), (hospital, "Condition?patient=p1&_total=accurate", 200),
                (hospital, "Condition/seen/_history", 200), (hospital, "Condition/nothing", 404), (hospital, "Condition?nonsense=1", 400),
            })
            {
                using var response = await client.GetAsync(path);
                Assert.Equal((path, status), (path, (int)response.StatusCode));
            }

            // Also what is refused about a write, and what a patch would be, without waiting for the writer's turn to find out.
            using var invalid = await navigator.PostFhirAsync("Patient", """{"resourceType":"Patient","gender":"x"}""");
            await invalid.OutcomeAsync(400);
            Assert.False(writing.IsCompleted);
        }
        finally
        {
            release.Set();
            await writing;
        }
    }

    [Fact]
    public async Task Work_that_is_too_much_is_refused_by_the_name_of_the_limit()
    {
        using var client = Server.As("navigator");
        foreach (var (path, limit) in new[]
        {
            ("Patient?" + string.Join('&', Enumerable.Range(0, 21).Select(number => $"name=a{number}")), "20 criteria"),
            ("Condition?" + string.Join('&', Enumerable.Range(0, 15).Select(_ => "encounter.subject.name=a")), "40 steps"),
            ("Patient?" + string.Join('&', Enumerable.Range(0, 11).Select(_ => "_revinclude=Condition:patient")), "10 includes"),
            ("Patient?_has:Condition:patient:_has:Task:focus:_has:Task:part-of:_has:Task:part-of:_has:Task:part-of:status=x", "4 steps"),
        })
        {
            using var response = await client.GetAsync(path);
            var issue = await response.OutcomeAsync(400);
            Assert.Contains(limit, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }

        using var conditional = new HttpRequestMessage(
            HttpMethod.Post, new Uri("Condition", UriKind.Relative)) { Content = Answers.Fhir(Fixtures.Condition("x", "p1")) };
        conditional.Headers.TryAddWithoutValidation("If-None-Exist", string.Join('&', Enumerable.Repeat("subject:Patient.name=a", 91)));
        using var refused = await client.SendAsync(conditional);
        Assert.Equal("too-costly", (await refused.OutcomeAsync(400)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("batch")]
    [InlineData("transaction")]
    public async Task A_bundle_of_too_many_entries_is_refused_before_the_first(string type)
    {
        using var client = Server.As("navigator");
        var entries = string.Join(',', Enumerable.Range(0, 1001).Select(_ =>
            "{\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Many\"}]},\"request\":{\"method\":\"POST\","
                + "\"url\":\"Patient\"}}"));

        using var response = await client.PostFhirAsync("", $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{entries}}]}""");

        Assert.Contains(
            "1000 entries", (await response.OutcomeAsync(413)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.Empty((await client.GetJsonAsync("Patient?family=Many")).Keys());
    }

    [Fact]
    public async Task A_resource_of_too_many_values_is_refused_and_not_stored()
    {
        using var client = Server.As("navigator");
        var codings = string.Join(',', Enumerable.Range(0, 10_100).Select(number => $$"""{"system":"urn:many","code":"c{{number}}"}"""));

        using var response = await client.PostFhirAsync("Observation", $$"""
            {"resourceType":"Observation","status":"final","code":{"coding":[{{codings}}] },"subject":{"reference":"Patient/p1"} }
            """);

        Assert.Equal("too-costly", (await response.OutcomeAsync(400)).GetProperty("code").GetString());
        Assert.Empty((await client.GetJsonAsync("Observation?code=urn:many|c1")).Keys());
    }

    [Fact]
    public async Task A_patch_that_doubles_what_is_there_is_stopped()
    {
        using var client = Server.As("navigator");
        var copies = string.Join(',', Enumerable.Range(0, 60).Select(_ => """{"op":"copy","from":"/name","path":"/name/0/extension"}"""));
        var doubling = string.Join(',', Enumerable.Range(0, 30).Select(number => $$"""{"op":"copy","from":"/note","path":"/note/-"}"""));

        using var first = await PatchAsync(client, "Patient/p1", JsonPatch, $"[{copies}]");
        using var second = await PatchAsync(client, "Condition/seen", JsonPatch, $"[{doubling}]");

        await first.OutcomeAsync(422);
        Assert.Equal("too-costly", (await second.OutcomeAsync(422)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_patch_of_too_many_operations_or_with_a_pattern_that_must_backtrack_is_refused()
    {
        using var client = Server.As("navigator");
        var many = string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/active","value":true}""", 101));
        using var operations = await PatchAsync(client, "Patient/p1", JsonPatch, $"[{many}]");
        Assert.Equal("too-costly", (await operations.OutcomeAsync(400)).GetProperty("code").GetString());

        foreach (var pattern in new[] { "(a+)+\\\\1", "(?=a)a", "(?<!b)a" })
        {
            var path = $"Patient.name.where(family.matches('{pattern}'))";
            using var response = await PatchAsync(client, "Patient/p1", FhirPatch, $$"""
                {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path",
                "valueString":"{{path.Replace("\\", "\\\\", StringComparison.Ordinal)}}"}]}]}
                """);
            Assert.Contains(
                "backtracking", (await response.OutcomeAsync(422)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rights_come_before_the_work_of_a_patch()
    {
        using var hospital = Server.As("hospital");

        // Whoever may not write here is told so, and not what came of the operations.
        using var response = await PatchAsync(hospital, "Condition/seen", JsonPatch, """[{"op":"test","path":"/nothing","value":1}]""");

        await response.OutcomeAsync(403);
    }

    [Fact]
    public async Task Of_conditional_creates_at_once_one_creates()
    {
        using var client = Server.As("navigator");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("Patient", UriKind.Relative))
            {
                Content = Answers.Fhir("""{"resourceType":"Patient","identifier":[{"system":"urn:test","value":"once"}]}"""),
            };
            request.Headers.TryAddWithoutValidation("If-None-Exist", "identifier=urn:test|once");
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }));

        Assert.Equal(1, statuses.Count(status => status == 201));
        Assert.Equal(19, statuses.Count(status => status == 200));
    }

    [Fact]
    public async Task Patches_at_once_are_all_applied()
    {
        using var client = Server.As("navigator");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            using var response =
                await PatchAsync(client, "Patient/p1", JsonPatch, $$"""[{"op":"add","path":"/name/0/given/-","value":"n{{number}}"}]""");
            return (int)response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.Equal(200, status));
        var given = (await client.GetJsonAsync("Patient/p1")).GetProperty("name")[0].GetProperty("given").EnumerateArray()
            .Select(name => name.GetString()!);
        Assert.Equal(["Ana", "n0", "n1", "n2", "n3", "n4", "n5"], given.Order());
    }

    [Fact]
    public async Task A_search_may_take_so_many_steps_and_no_more()
    {
        await using var server = await RunningServer.StartAsync(settings: "--Interop:Limits:SearchSteps=20000");
        await server.ImportAsync(
            Custodian,
            [Fixtures.Organization(Custodian, "crisis-program"), .. Enumerable.Range(0, 400)
                .Select(number => Fixtures.Patient($"p{number}"))]);
        using var client = server.As("navigator");

        using var costly = await client.GetAsync("Patient?family=Testa&_sort=birthdate&_total=accurate");
        using var cheap = await client.GetAsync("Patient/p1");

        Assert.Contains("20000 steps", (await costly.OutcomeAsync(400)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (int)cheap.StatusCode);
    }

    private static async Task<HttpResponseMessage> PatchAsync(HttpClient client, string path, string mediaType, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body, new UTF8Encoding(false), new MediaTypeHeaderValue(mediaType)),
        };
        return await client.SendAsync(request);
    }
}
