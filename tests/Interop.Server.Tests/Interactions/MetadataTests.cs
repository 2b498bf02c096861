using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Interactions;

/// <summary>What the CapabilityStatement says is what the server answers: every entry is called.</summary>
public sealed class MetadataTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene => [Fixtures.Patient("p1", "One")];

    [Fact]
    public async Task Every_interaction_and_operation_is_answered()
    {
        using var client = Server.As(Navigator);
        var rest = (await client.GetJsonAsync("metadata")).GetProperty("rest")[0];
        var calls = new List<(string Method, string Path)>();
        foreach (var resource in rest.GetProperty("resource").EnumerateArray())
        {
            var type = resource.GetProperty("type").GetString()!;
            calls.AddRange(Codes(resource, "interaction").SelectMany(code => CallsOf(type, code)));
            calls.AddRange(Names(resource).SelectMany(name => (IEnumerable<(string, string)>)[
                ("OPTIONS", $"{type}/${name}"), ("OPTIONS", $"{type}/x/${name}")]).Take(1));
            var isWritten = type != "AuditEvent";
            Assert.Equal(isWritten, resource.GetProperty("conditionalCreate").GetBoolean());
            Assert.Equal(isWritten, resource.GetProperty("conditionalUpdate").GetBoolean());
            Assert.Equal(isWritten ? "single" : "not-supported", resource.GetProperty("conditionalDelete").GetString());
        }

        calls.AddRange(Codes(rest, "interaction").SelectMany(code => CallsOf(null, code)));
        calls.AddRange(rest.GetProperty("compartment").EnumerateArray().Select(compartment => compartment.GetString()!.Split('/')[^1])
            .Select(name => ("GET", $"{char.ToUpperInvariant(name[0])}{name[1..]}/x/*?_count=0")));
        Assert.True(calls.Count > 1_500);
        foreach (var (method, path) in calls)
        {
            using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
            if (method is "POST" or "PUT" or "PATCH")
            {
                request.Content = Answers.Fhir("{}");
            }

            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode is not (405 or >= 500), $"{method} {path}: {(int)response.StatusCode} {text}");
            Assert.DoesNotContain("see /metadata", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Nothing is at this path", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(
        "Patient",
        "break-glass disclosures end-break-glass everything explain-access match merge preview-consent suspend-accounting unmerge "
        + "validate")]
    [InlineData("Consent", "file-consent record-disclosure revoke-consent validate")]
    [InlineData("Observation", "lastn validate")]
    [InlineData("Composition", "document validate")]
    [InlineData("ValueSet", "expand validate validate-code")]
    [InlineData("Task", "validate")]
    public async Task The_operations_of_a_type_are_told(string type, string names)
    {
        using var stranger = Server.WithToken(null);

        var rest = (await stranger.GetJsonAsync("metadata")).GetProperty("rest")[0];

        var resource = rest.GetProperty("resource").EnumerateArray().Single(resource => resource.GetProperty("type").GetString() == type);
        Assert.Equal(names, string.Join(' ', Names(resource).Where(name => name is not "crisis-summary").Order()));
    }

    [Fact]
    public async Task An_AuditEvent_is_read_and_searched_by_what_is_told_and_nothing_more()
    {
        using var stranger = Server.WithToken(null);
        var rest = (await stranger.GetJsonAsync("metadata")).GetProperty("rest")[0];
        var told = rest.GetProperty("resource").EnumerateArray().Single(resource => resource.GetProperty("type").ValueEquals("AuditEvent"));
        var parameters = told.GetProperty("searchParam").EnumerateArray().Select(item => item.GetProperty("name").GetString()!).ToList();

        Assert.Equal(["read", "search-type"], Codes(told, "interaction").Order());
        Assert.Equal("no-version", told.GetProperty("versioning").GetString());
        Assert.Equal(
            ["action", "agent", "agent-organization", "date", "entity", "outcome", "patient", "purpose", "subtype", "type"],
            parameters.Order(StringComparer.Ordinal));
        using var officer = Server.As("privacy");
        foreach (var parameter in parameters)
        {
            await officer.GetJsonAsync($"AuditEvent?{parameter}={(parameter == "date" ? "2026" : parameter == "entity" ? "Task/x" : "x")}");
        }
    }

    private static IEnumerable<(string Method, string Path)> CallsOf(string? type, string code) => code switch
    {
        "read" => [("GET", $"{type}/x"), ("HEAD", $"{type}/x")],
        "vread" => [("GET", $"{type}/x/_history/1")],
        "update" => [("PUT", $"{type}/x"), ("PUT", $"{type}?_id=x")],
        "patch" => [("PATCH", $"{type}/x"), ("PATCH", $"{type}?_id=x")],
        "delete" => [("DELETE", $"{type}/x"), ("DELETE", $"{type}?_id=x")],
        "history-instance" => [("GET", $"{type}/x/_history")],
        "history-type" => [("GET", $"{type}/_history?_count=1")],
        "create" => [("POST", $"{type}")],
        "search-type" => [("GET", $"{type}?_count=0")],
        "transaction" or "batch" => [("POST", "")],
        "search-system" => [("GET", "?_type=Patient")],
        "history-system" => [("GET", "_history?_count=1")],
        _ => throw new InvalidOperationException($"No call is known for {code}."),
    };

    private static IEnumerable<string> Codes(JsonElement element, string list) =>
        element.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("code").GetString()!);

    private static IEnumerable<string> Names(JsonElement resource) => resource.TryGetProperty("operation", out var operations)
        ? operations.EnumerateArray().Select(operation => operation.GetProperty("name").GetString()!)
        : [];
}
