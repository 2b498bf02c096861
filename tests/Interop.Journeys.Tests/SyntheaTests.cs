using System.Text.Json;

namespace Interop.Journeys.Tests;

/// <summary>Nine synthetic patients with their histories, as an outsider's transaction Bundles.</summary>
public sealed class SyntheaTests : IAsyncLifetime
{
    private const string Folder = "data/synthea-r4";

    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [SharedFact(Folder)]
    public async Task The_count_that_was_loaded_comes_back_by_search_and_unconditional_creates_repeat()
    {
        var files = Files();
        var expected = new Dictionary<string, int> { ["Organization"] = 1 };
        foreach (var bytes in files)
        {
            await server.Importer.ImportBundleAsync(null, bytes, CancellationToken.None);
            Count(bytes, expected);
        }

        await CountsAsync(expected);

        // These Bundles say POST without ifNoneExist: loading one again creates everything in it again, as the specification has it.
        await server.Importer.ImportBundleAsync(null, files[^1], CancellationToken.None);
        Count(files[^1], expected);
        await CountsAsync(expected);
    }

    [SharedFact(Folder)]
    public async Task References_inside_a_bundle_arrive_at_what_they_meant()
    {
        var files = Files();
        await server.Importer.ImportBundleAsync(null, files[^1], CancellationToken.None);
        using var client = server.As("privacy");

        var patient = Assert.Single((await client.GetJsonAsync("Patient")).Keys());
        var conditions = await client.GetJsonAsync($"Condition?subject={patient}&_total=accurate&_count=0");
        var all = await client.GetJsonAsync("Condition?_total=accurate&_count=0");

        Assert.NotEqual(0, all.GetProperty("total").GetInt32());
        Assert.Equal(all.GetProperty("total").GetInt32(), conditions.GetProperty("total").GetInt32());
    }

    private async Task CountsAsync(Dictionary<string, int> expected)
    {
        using var client = server.As("privacy");
        foreach (var (type, count) in expected)
        {
            Assert.Equal((type, count), (type, (await client.GetJsonAsync($"{type}?_summary=count")).GetProperty("total").GetInt32()));
        }
    }

    private static void Count(byte[] bundle, Dictionary<string, int> counts)
    {
        using var document = JsonDocument.Parse(bundle);
        foreach (var entry in document.RootElement.GetProperty("entry").EnumerateArray())
        {
            var type = entry.GetProperty("resource").GetProperty("resourceType").GetString()!;
            counts[type] = counts.GetValueOrDefault(type) + 1;
        }
    }

    /// <summary>Organisations and practitioners first.</summary>
    private static List<byte[]> Files() =>
        [.. Directory.EnumerateFiles(Repository.Shared(Folder), "*.json")
            .OrderBy(file => !Path.GetFileName(file).Contains("Information", StringComparison.Ordinal))
            .ThenBy(file => file, StringComparer.Ordinal)
            .Select(File.ReadAllBytes)];
}
