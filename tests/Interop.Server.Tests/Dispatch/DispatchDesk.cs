using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Interop.Server.Tests.Dispatch;

/// <summary>A server that a dispatch centre feeds over HTTP, and what its custodian then sees.</summary>
public sealed class DispatchDesk : IAsyncDisposable
{
    private static readonly string[] Types =
    [
        "Encounter", "Patient", "Location", "ServiceRequest", "CareTeam", "Flag", "DocumentReference", "Provenance", "Observation", "Task",
    ];

    private readonly HttpClient dispatch;

    private DispatchDesk(RunningServer server)
    {
        Server = server;
        dispatch = server.As("dispatch");
    }

    internal RunningServer Server { get; }

    public static async Task<DispatchDesk> StartAsync()
    {
        var server = await RunningServer.StartAsync(
            null, null, "--Interop:CadAgencies:psap.city.example=dispatch-center", "--Interop:CadAgencies:police.city.example=city-police");
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Organization("dispatch-center", "dispatch"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("dispatch-center", "basic", ["OVRPS"]));
        return new(server);
    }

    internal async Task<JsonElement> AcceptedAsync(JsonNode message)
    {
        using var response = await SendAsync(message);
        var answer = await response.JsonAsync();
        Assert.True((int)response.StatusCode is 200 or 202, $"{(int)response.StatusCode} {answer}");
        return answer;
    }

    /// <summary>What a refusal says, and that it left nothing.</summary>
    internal async Task<IReadOnlyList<JsonElement>> RefusedAsync(JsonNode message, int status)
    {
        var before = await ContentAsync();
        using var response = await SendAsync(message);
        var answer = await response.JsonAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {answer}");
        Assert.Equal(before, await ContentAsync());
        return [.. answer.GetProperty("issue").EnumerateArray()];
    }

    /// <summary>The issues of an accepted message as <c>severity expression</c>.</summary>
    internal static IReadOnlyList<string> Issues(JsonElement answer) =>
        !answer.TryGetProperty("outcome", out var outcome)
            ? []
            : [.. outcome.GetProperty("issue").EnumerateArray()
                .Select(issue => $"{issue.GetProperty("severity").GetString()} {Place(issue)}")];

    /// <summary>The element that an issue names, or nothing.</summary>
    internal static string Place(JsonElement issue)
    {
        if (!issue.TryGetProperty("expression", out var expression))
        {
            return string.Empty;
        }

        Assert.NotEmpty(expression[0].GetString()!);
        return expression[0].GetString()!;
    }

    /// <summary>The stored resources of a type as trees, in the order of their ids.</summary>
    internal async Task<IReadOnlyList<JsonNode>> StoredAsync(string type)
    {
        await using var read = await Server.Rows.OpenReadAsync(CancellationToken.None);
        return [.. read.Rows.BodiesOf(type, null)
            .OrderBy(stored => stored.Key.Id, StringComparer.Ordinal)
            .Select(stored => JsonNode.Parse(stored.Body.Span)!)];
    }

    /// <summary>Every stored resource; the order in which they arrived is not part of it.</summary>
    internal async Task<string> ContentAsync()
    {
        var lines = new List<string>();
        foreach (var type in Types)
        {
            lines.AddRange((await StoredAsync(type)).Select(resource => resource.ToJsonString()));
        }

        return string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        dispatch.Dispose();
        await Server.DisposeAsync();
    }

    private Task<HttpResponseMessage> SendAsync(JsonNode message) => dispatch.PostAsync(
        new Uri("/cad/eido", UriKind.Relative),
        new StringContent(message.ToJsonString(), Encoding.UTF8, "application/EmergencyCallData.eido+json"));
}
