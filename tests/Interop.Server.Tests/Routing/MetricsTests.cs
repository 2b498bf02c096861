using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Interop.Server.Tests.Routing;

/// <summary>What is fetched at <c>/metrics</c>: with its token only, all that the dashboard shows, and nothing about a person.</summary>
public sealed partial class MetricsTests
{
    private const string Token = "a token of sixteen characters and more";

    [Fact]
    public async Task Every_metric_of_the_dashboard_is_there_and_no_word_of_a_request()
    {
        await using var server = await StartAsync();
        using var client = server.As("privacy");
        await client.GetJsonAsync("Patient/anabel-7");
        await client.GetJsonAsync("Patient?family=Testa");
        await client.CreatedAsync("Patient", """{"resourceType":"Patient","name":[{"family":"Fresh"}]}""");

        var text = await MetricsAsync(server, Token);

        var told = Names().Matches(text).Select(match => match.Value).ToHashSet();
        Assert.Equal([], Asked().Except(told));
        Assert.Contains("interop_interaction=\"search-type\"", text, StringComparison.Ordinal);
        Assert.Contains("interop_work=\"trail\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("anabel", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Testa", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Fresh", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another token of sixteen characters and more")]
    public async Task Without_its_token_there_is_nothing(string? token)
    {
        await using var server = await StartAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => MetricsAsync(server, token));
    }

    [Fact]
    public async Task Where_no_token_is_set_nobody_fetches()
    {
        await using var server = await RunningServer.StartAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => MetricsAsync(server, Token));
    }

    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(settings: $"--Interop:MetricsToken={Token}");
        await server.ImportAsync(
            "crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("anabel-7"));
        return server;
    }

    private static async Task<string> MetricsAsync(RunningServer server, string? token)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
    }

    private static IEnumerable<string> Asked()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "deploy/grafana/interop.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .SelectMany(target => Names().Matches(target.GetProperty("expr").GetString()!))
                .Select(match => match.Value),
        ];
    }

    [GeneratedRegex(@"\b(?:interop|http|dotnet)_[a-z_]+(?=\{)")]
    private static partial Regex Names();
}
