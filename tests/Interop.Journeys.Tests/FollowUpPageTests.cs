using System.Diagnostics;
using System.Text.Json;
using Interop.Demo;

namespace Interop.Journeys.Tests;

/// <summary>The navigator's page: everybody who waits is on it, and a phone shows it as it is.</summary>
public sealed class FollowUpPageTests
{
    private const int Waiting = 120;
    private static readonly string Page = Path.Combine(Repository.Root, "deploy/Interop.Demo/Page");

    [NodeFact]
    public async Task Everybody_who_waits_is_listed_once_the_earliest_due_first()
    {
        var port = LoopbackPort.Any();
        await using var server = await RunningServer.StartOnAsync(port, settings: $"--Interop:PublicUrl={port.Url}/fhir");
        await server.ImportAsync("crisis-program", [
            Fixtures.Organization("crisis-program", "crisis-program"),
            .. Enumerable.Range(0, Waiting).SelectMany(number => (string[])[Person(number), FollowUp(number)]),
        ]);

        var list = await ListAsync($"{port.Url}/fhir", server.As("navigator").DefaultRequestHeaders.Authorization!.Parameter!);

        Assert.Equal(
            Enumerable.Range(0, Waiting).Select(number => $"Ana Number{number}"),
            list.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(
            ["50 of 120 people are shown so far.", "100 of 120 people are shown so far.", "120 people, the earliest due first."],
            list.GetProperty("said").EnumerateArray().Select(said => said.GetString()));
        Assert.Equal("Nobody is waiting. New follow-ups appear here when an encounter ends.", list.GetProperty("none").GetString());
        Assert.Equal("1 person, the earliest due first.", list.GetProperty("one").GetString());
        Assert.Equal(
            ["3 h late", "20 min late", "due now", "due in 5 min", "due in 3 h", "due in 3 days"],
            list.GetProperty("times").EnumerateArray().Select(time => time.GetProperty("text").GetString()!.Split(" (")[0]));
    }

    [Fact]
    public void A_phone_lays_the_page_out_in_its_own_width()
    {
        var html = File.ReadAllText(Path.Combine(Page, "index.html"));
        var css = File.ReadAllText(Path.Combine(Page, "page.css"));

        Assert.Contains("""<meta name="viewport" content="width=device-width, initial-scale=1">""", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<table", html, StringComparison.Ordinal); // three columns do not fit 360 px
        Assert.Contains("prefers-color-scheme: dark", css, StringComparison.Ordinal);
        Assert.Contains("min-height: 48px", css, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ListAsync(string fhir, string token)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Page", "read-list.mjs");
        string[] arguments = [script, Path.Combine(Page, "follow-ups.mjs"), fhir, token, "2026-11-28T10:00:00Z"];
        using var node = Process.Start(new ProcessStartInfo("node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        var text = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await errors);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string Person(int number) => $$"""
        {"resourceType":"Patient","id":"p{{number}}","name":[{"use":"official","given":["Anna"],"family":"Number{{number}}"},
        {"use":"usual","given":["Ana"],"family":"Number{{number}}"}]}
        """;

    private static string FollowUp(int number) => $$"""
        {"resourceType":"Task","id":"t{{number}}","status":"requested","intent":"order","code":{"coding":[
        {"system":"https://interop.example/fhir/CodeSystem/task-code","code":"follow-up-48h"}]},"for":{"reference":"Patient/p{{number}}"},
        "restriction":{"period":{"end":"{{new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddMinutes(number):O}}"} } }
        """;
}
