using System.Text;
using System.Text.RegularExpressions;
using Interop.Server.Tests.Interactions;

namespace Interop.Server.Tests.Evaluators;

/// <summary>An evaluator's token at every interaction and operation: what is there looks like what is not.</summary>
public sealed partial class EvaluatorChannelTests : EvaluatorScene
{
    /// <summary>Of one resource; each is asked of the marked one and of one that is not there.</summary>
    private static readonly string[] Operations =
    [
        "Patient/x/$everything", "Patient/x/$crisis-summary", "Patient/x/$disclosures", "Patient/x/AuditEvent",
        "Patient/x/$explain-access?organization=Organization/city-hospital", "Patient/x/Condition", "Patient/x/*", "Encounter/x/*",
        "Observation/$lastn?patient=x", "Organization/x/$agreement", "Composition/x/$document", "Group/x/$export",
        "Subscription/x/$status", "ViewDefinition/x/$run", "Patient?_id=x&_revinclude=*", "Encounter?_id=x&_include=*",
        "Encounter?subject=Patient/x&_total=accurate", "Condition?_has:Encounter:diagnosis:status=finished&_id=x",
        "?_type=Patient,Encounter&_id=x", "AuditEvent?patient=x", "HealthcareService/$open?_id=x",
    ];

    private const string Empty = """{"resourceType":"Parameters"}""";

    private static readonly string Eido = File.ReadAllText(Path.Combine(Repository.Root, "docs", "examples", "eido-message.json"));

    private static readonly (string Path, string Body)[] Posts =
    [
        ("Patient/$match", """
            {"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","birthDate":"1931-05-14",
            "name":[{"family":"SENTINEL"}]}}]}
            """),
        ("Patient/x/$break-glass", """
            {"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"medical-emergency"},
            {"name":"justification","valueString":"Found unconscious on the platform."}]}
            """),
        ("Patient/$crisis-summary", """
            {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"inc-1"},{"name":"officer","valueString":"b"},
            {"name":"family","valueString":"SENTINEL"},{"name":"birthDate","valueDate":"1931-05-14"}]}
            """),
        ("Subscription", """
            {"resourceType":"Subscription","status":"requested","reason":"r",
            "criteria":"https://interop.example/fhir/SubscriptionTopic/referral",
            "channel":{"type":"websocket","payload":"application/fhir+json"}}
            """),
        (string.Empty, """
            {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/x"}},
            {"request":{"method":"GET","url":"Encounter?_id=x"}}]}
            """),
        (string.Empty, """
            {"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient?_id=x"}}]}
            """),
        ("Condition", Fixtures.Condition("new", "x")),
        ("Patient", """{"resourceType":"Patient","name":[{"family":"A"}]}"""),
    ];

    [Fact]
    public async Task Nothing_leaves_but_by_views()
    {
        await Server.ImportAsync(Custodian, Marked);
        NextWeek();
        using var client = Client(Evaluator with { Scope = "system/*.cruds cad.write cad.read crisis-summary client.manage" });
        var rest = (await client.GetJsonAsync("metadata")).GetProperty("rest")[0];
        var types = Marked.Select(resource => TypeOf().Match(resource).Groups[1].Value).Distinct().ToList();

        var all = rest.GetProperty("resource").EnumerateArray().Select(resource => resource.GetProperty("type").GetString()!).ToHashSet();

        // Of a type of which nothing is stored nothing can leave. Operations are called by both methods, of the type and of the resource.
        var calls = MetadataTests.CallsOf(rest)
            .Where(call => !call.Path.Contains("_count=0", StringComparison.Ordinal))
            .SelectMany(call => call.Method == "OPTIONS" ? OperationAt(call.Path) : [call])
            .Where(call => call.Path.Split('/', '?')[0] is var first && (types.Contains(first) || !all.Contains(first)))
            .Concat(types.Select(type => ("GET", $"{type}?_id=x&_total=accurate")))
            .Concat(Operations.Select(path => ("GET", path)))
            .Distinct()
            .ToList();
        foreach (var (method, path) in calls)
        {
            var there = await AnswerAsync(client, method, path, Empty);
            Assert.DoesNotContain(Mark, there, StringComparison.Ordinal);
            Assert.DoesNotContain(Day, there, StringComparison.Ordinal);
            if (method is "GET" or "HEAD" || path.Contains('$', StringComparison.Ordinal))
            {
                var absent = await AnswerAsync(client, method, Absent(path), Empty);
                Assert.Equal(Absent(absent), Absent(there));
                Assert.DoesNotContain("\"total\":1", there, StringComparison.Ordinal);
            }
        }

        foreach (var (path, body) in Posts)
        {
            var there = await AnswerAsync(client, "POST", path, body);
            Assert.DoesNotContain(Mark, there, StringComparison.Ordinal);
            Assert.DoesNotContain("\"total\":1", there, StringComparison.Ordinal);
            Assert.Equal(Absent(await AnswerAsync(client, "POST", Absent(path), Absent(body))), Absent(there));
        }

        foreach (var (method, path) in new[] { ("GET", "../cad/eido/inc-x"), ("POST", "../cad/eido"), ("POST", "Patient/$crisis-summary") })
        {
            var refused = await AnswerAsync(client, method, path, method == "GET" ? Empty : path.StartsWith('.') ? Eido : Posts[2].Body);
            Assert.StartsWith("403", refused, StringComparison.Ordinal);
        }

        // Nothing of all that has changed anything.
        using var navigator = Client(Navigator);
        foreach (var resource in Marked.Where(resource => !resource.Contains("\"hidden\"", StringComparison.Ordinal)))
        {
            var type = TypeOf().Match(resource).Groups[1].Value;
            Assert.Equal("1", (await navigator.GetJsonAsync($"{type}/x")).GetProperty("meta").GetProperty("versionId").GetString());
        }
    }

    private static IEnumerable<(string Method, string Path)> OperationAt(string path) =>
        from method in new[] { "GET", "POST" }
        from place in new[] { path, path.Replace("/$", "/x/$", StringComparison.Ordinal) }
        select (method, place);

    /// <summary>The same of another id, which has the length of the first.</summary>
    private static string Absent(string text) => OfX().Replace(text, "y");

    private static async Task<string> AnswerAsync(HttpClient client, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(path, UriKind.Relative));
        if (method is "POST" or "PUT" or "PATCH")
        {
            request.Content = path.StartsWith('.') ? new StringContent(body, Encoding.UTF8, "application/json") : Answers.Fhir(body);
        }

        using var response = await client.SendAsync(request);
        Assert.True((int)response.StatusCode is < 500 and not 429, $"{method} {path} {(int)response.StatusCode}");
        var text = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        return Volatile().Replace(text, string.Empty);
    }

    [GeneratedRegex(@"(?<=[/=""]|%2F)x(?=[/?&""'.]|\z| is)")]
    private static partial Regex OfX();

    [GeneratedRegex("\"resourceType\":\"([A-Za-z]+)\"")]
    private static partial Regex TypeOf();

    [GeneratedRegex("\"(timestamp|lastUpdated|id|_cursor)\":\"[^\"]*\"|urn:uuid:[0-9a-f-]*|20[0-9]{2}-[0-9-]{5}T[0-9:.]*Z?")]
    private static partial Regex Volatile();
}
