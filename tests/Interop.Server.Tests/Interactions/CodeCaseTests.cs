
namespace Interop.Server.Tests.Interactions;

/// <summary>
/// Codes of systems that are loaded with <c>caseSensitive</c> false are found in any case, wherever a search is written; others in theirs.
/// </summary>
public sealed class CodeCaseTests : IAsyncLifetime
{
    private const string Loose = "http://example.org/loose";
    private const string Mentioned = "http://example.org/mentioned";
    private const string Strict = "http://example.org/strict";

    private static readonly string[] Definitions =
    [
        System(Loose, "\"caseSensitive\":false,", "complete", "\"concept\":[{\"code\":\"Ab-1\",\"display\":\"x\"}]"),
        System(Mentioned, "\"caseSensitive\":false,", "not-present", "\"name\":\"M\""),
        System(Strict, "\"caseSensitive\":true,", "complete", "\"concept\":[{\"code\":\"Ab-1\"}]"),
        System("http://example.org/silent", string.Empty, "complete", "\"concept\":[{\"code\":\"Ab-1\"}]"),
        $$"""
        {"resourceType":"ValueSet","url":"http://example.org/set","status":"active",
        "compose":{"include":[{"system":"{{Loose}}","concept":[{"code":"Ab-1"}]}]} }
        """,
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("interop-case-").FullName;
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        for (var number = 0; number < Definitions.Length; number++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{number}.json"), Definitions[number]);
        }

        server = await RunningServer.StartAsync(Path.Combine(folder, "interop.db"), null, $"--Interop:Definitions:0={folder}/0.json");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Patient("p1"),
            Condition("loose", Loose, "aB-1"),
            Condition("mentioned", Mentioned, "AB-1"),
            Condition("strict", Strict, "Ab-1"),
            Condition("silent", "http://example.org/silent", "Ab-1"),
            Condition("nameless", null, "Ab-1"),
            Observation("o", Loose, "aB-1", Strict, "Yes"));

        // The rest of the definitions comes with a restart: what is stored already is found by them, too.
        await server.DisposeAsync();
        server = await RunningServer.StartAsync(
            Path.Combine(folder, "interop.db"), null, [.. Definitions.Select(
                (_, number) => $"--Interop:Definitions:{number}={folder}/{number}.json")]);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("code=" + Loose + "|AB-1", "loose")]
    [InlineData("code=" + Loose + "|ab-1", "loose")]
    [InlineData("code=" + Loose + "|ab-2", "")]
    [InlineData("code=" + Loose + "|", "loose")]
    [InlineData("code=" + Mentioned + "|ab-1", "mentioned")]
    [InlineData("code=" + Strict + "|Ab-1", "strict")]
    [InlineData("code=" + Strict + "|ab-1", "")]
    [InlineData("code=http://example.org/silent|ab-1", "")]
    [InlineData("code=|Ab-1", "nameless")]
    [InlineData("code=|ab-1", "")]
    [InlineData("code=ab-1", "loose mentioned")]
    [InlineData("code=AB-1", "loose mentioned")]
    [InlineData("code=Ab-1", "loose mentioned nameless silent strict")]
    [InlineData("code=ab-1," + Strict + "|Ab-1", "loose mentioned strict")]
    [InlineData("code:not=ab-1", "nameless silent strict")]
    [InlineData("code:not=" + Loose + "|AB-1", "mentioned nameless silent strict")]
    [InlineData("code:in=http://example.org/set", "loose")]
    [InlineData("code:not-in=http://example.org/set", "mentioned nameless silent strict")]
    public async Task A_search_minds_the_case_that_the_system_minds(string query, string found)
    {
        using var client = server.As("navigator");

        var keys = (await client.GetJsonAsync($"Condition?_sort=_id&{query}")).Keys();

        Assert.Equal(found, string.Join(' ', keys.Select(key => key.Split('/')[1])));
    }

    [Theory]
    [InlineData("Patient?_has:Condition:patient:code=" + Loose + "|AB-1", 1)]
    [InlineData("Patient?_has:Condition:patient:code=" + Strict + "|AB-1", 0)]
    [InlineData("Observation?focus:Condition.code=ab-1", 1)]
    [InlineData("Observation?focus:Condition.code=" + Strict + "|ab-1", 0)]
    [InlineData("Observation?code-value-concept=" + Loose + "|AB-1$Yes", 1)]
    [InlineData("Observation?code-value-concept=ab-1$" + Strict + "|Yes", 1)]
    [InlineData("Observation?code-value-concept=ab-1$yes", 0)]
    public async Task Chains_and_composites_do_too(string query, int count)
    {
        using var client = server.As("navigator");

        Assert.Equal(count, (await client.GetJsonAsync(query)).Keys().Count);
    }

    [Theory]
    [InlineData(Loose + "|AB-1", true)]
    [InlineData(Strict + "|AB-1", false)]
    public async Task Conditions_do_too(string token, bool isThere)
    {
        using var client = server.As("navigator");
        using var create = new HttpRequestMessage(HttpMethod.Post, new Uri("Condition", UriKind.Relative))
        {
            Content = Answers.Fhir(Condition("new", Strict, "other")),
        };
        create.Headers.Add("If-None-Exist", $"code={token}");

        using var created = await client.SendAsync(create);
        using var transaction = await client.PostFhirAsync("", $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Basic"},
            "resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"Condition?code={{token}}"} } }]}
            """);

        Assert.Equal(isThere ? 200 : 201, (int)created.StatusCode);
        Assert.Equal(isThere ? 200 : 412, (int)transaction.StatusCode);
    }

    private static string System(string url, string isCaseSensitive, string content, string rest) =>
        $$"""{"resourceType":"CodeSystem","url":"{{url}}","status":"active",{{isCaseSensitive}}"content":"{{content}}",{{rest}} }""";

    private static string Coding(string? system, string code) =>
        system is null ? $$"""{"code":"{{code}}"}""" : $$"""{"system":"{{system}}","code":"{{code}}"}""";

    private static string Condition(string id, string? system, string code) => $$"""
        {"resourceType":"Condition","id":"{{id}}","code":{"coding":[{{Coding(system, code)}}]},"subject":{"reference":"Patient/p1"} }
        """;

    private static string Observation(string id, string system, string code, string valueSystem, string value) => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final","code":{"coding":[{{Coding(system, code)}}]},
        "subject":{"reference":"Patient/p1"},"focus":[{"reference":"Condition/loose"}],
        "valueCodeableConcept":{"coding":[{{Coding(valueSystem, value)}}]} }
        """;
}
