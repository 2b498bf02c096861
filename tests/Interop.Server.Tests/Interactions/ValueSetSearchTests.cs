
namespace Interop.Server.Tests.Interactions;

/// <summary>Searches by value set, with definitions that the operator loads.</summary>
public sealed class ValueSetSearchTests
{
    private const string Moods = """
        {"resourceType":"ValueSet","id":"moods","url":"http://example.org/moods","status":"active","compose":{"include":[
        {"system":"http://snomed.info/sct","concept":[{"code":"1"},{"code":"2"}]}]}}
        """;

    [Fact]
    public async Task In_and_not_in_ask_for_the_codes_of_a_loaded_value_set()
    {
        var file = Path.Combine(Path.GetTempPath(), $"interop-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, Moods);
        await using var server = await RunningServer.StartAsync(null, null, $"--Interop:Definitions:0={file}");
        File.Delete(file);
        await server.ImportAsync(
            "crisis-program",
            Fixtures.Organization("crisis-program", "crisis-program"),
            Fixtures.Patient("p1"),
            Fixtures.Condition("a", "p1", "1"),
            Fixtures.Condition("b", "p1", "2"),
            Fixtures.Condition("c", "p1", "3"));
        using var client = server.As("navigator");

        Assert.Equal(["Condition/a", "Condition/b"], (await client.GetJsonAsync("Condition?code:in=http://example.org/moods")).Keys());
        Assert.Equal(["Condition/c"], (await client.GetJsonAsync("Condition?code:not-in=http://example.org/moods")).Keys());
        using var unknown = await client.GetAsync("Condition?code:in=http://example.org/unknown");
        var issue = await unknown.OutcomeAsync(400);
        Assert.Contains("not loaded", issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_is_not_there_stops_the_start_with_a_sentence()
    {
        var failure = await Assert.ThrowsAsync<SettingsException>(
            () => RunningServer.StartAsync(null, null, "--Interop:Definitions:0=/nowhere.json"));

        Assert.Equal("Interop:Definitions: /nowhere.json: There is no such file or folder.", failure.Message);
    }
}
