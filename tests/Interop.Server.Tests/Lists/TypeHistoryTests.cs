using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Lists;

/// <summary>Histories of a type and of all types, each at its caller's sight, in pages that nothing shifts.</summary>
public class TypeHistoryTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1", "One"),
        Fixtures.Patient("p2", "Two"),
        Fixtures.Consent("opens", "p1", "city-hospital"),
        Fixtures.Consent("denies", "p2", "city-hospital", type: "deny", tier: "basic"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p2"),
    ];

    [Fact]
    public async Task Versions_come_newest_first_with_what_made_them()
    {
        using var client = Server.As(Navigator);
        await PutAsync(client, "Patient/p1", Fixtures.Patient("p1", "Uno"));
        await PutAsync(client, "Patient/p2", Fixtures.Patient("p2", "Due"));
        await DeleteAsync(client, "Patient/p1");

        var history = await client.GetJsonAsync("Patient/_history");

        Assert.Equal("history", history.GetProperty("type").GetString());
        Assert.Equal(5, history.GetProperty("total").GetInt32());
        Assert.Equal(
            ["DELETE Patient/p1 204", "PUT Patient/p2 200", "PUT Patient/p1 200", "POST Patient 201", "POST Patient 201"], Made(history));
        var deletion = history.GetProperty("entry")[0];
        Assert.False(deletion.TryGetProperty("resource", out _));
        Assert.Equal(
            Server.Clock.GetUtcNow(), deletion.GetProperty("response").GetProperty("lastModified").GetDateTimeOffset(),
            TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_history_of_a_resource_is_in_that_of_its_type()
    {
        using var client = Server.As(Navigator);
        for (var version = 2; version <= 4; version++)
        {
            await PutAsync(client, "Patient/p1", Fixtures.Patient("p1", $"Version{version}"));
        }

        await DeleteAsync(client, "Patient/p1");
        using var hospital = Server.As("hospital");
        foreach (var caller in new[] { client, hospital })
        {
            var own = await caller.GetJsonAsync("Patient/p1/_history");
            var type = await caller.GetJsonAsync("Patient/_history");

            Assert.Equal(5, own.GetProperty("total").GetInt32());
            Assert.Equal(Bodies(own), Entries(type).Where(IsOfTheFirst).Select(entry => entry.GetRawText()));
        }

        static bool IsOfTheFirst(JsonElement entry) =>
            entry.GetProperty("request").GetProperty("url").GetString() == "Patient/p1"
            || (entry.TryGetProperty("resource", out var resource) && resource.GetProperty("id").GetString() == "p1");
    }

    [Fact]
    public async Task Pages_go_on_where_they_ended_whatever_is_written_meanwhile()
    {
        using var client = Server.As(Navigator);
        var seen = new List<string>();
        var page = await client.GetJsonAsync("Condition/_history?_count=1");
        for (var number = 0; number < 10; number++)
        {
            seen.AddRange(Bodies(page));
            if (Next(page) is not { } next)
            {
                break;
            }

            await PutAsync(client, "Condition/c2", Fixtures.Condition("c2", "p2", code: $"{number}"));
            page = await client.GetJsonAsync(next);
        }

        Assert.Equal(2, seen.Count);
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Theory]
    [InlineData("hospital", "Condition/_history?_count=1")]
    [InlineData("navigator", "Patient/_history?_count=1")]
    [InlineData("navigator", "Condition/_history?_count=1&_since=2020-01-01")]
    [InlineData("privacy", "Condition/_history?_count=1")]
    public async Task A_page_link_is_good_for_its_caller_and_its_history(string name, string path)
    {
        using var client = Server.As(Navigator);
        var next = Next(await client.GetJsonAsync("Condition/_history?_count=1"))!;
        var cursor = next[next.IndexOf("_cursor", StringComparison.Ordinal)..];
        using var caller = Server.As(name);

        using var response = await caller.GetAsync($"{path}&{cursor}");
        using var garbage = await caller.GetAsync($"{path}&_cursor=AAAA");

        await response.OutcomeAsync(400);
        await garbage.OutcomeAsync(400);
    }

    [Fact]
    public async Task It_is_asked_for_a_time_and_from_a_time_on()
    {
        using var client = Server.As(Navigator);
        var start = Server.Clock.GetUtcNow();
        await PutAsync(client, "Condition/c1", Fixtures.Condition("c1", "p1", code: "1"));
        var between = Server.Clock.GetUtcNow().AddMinutes(30);
        await PutAsync(client, "Condition/c2", Fixtures.Condition("c2", "p2", code: "2"));

        Assert.Equal(["PUT Condition/c2 200"], Made(await client.GetJsonAsync($"Condition/_history?_since={Text(between)}")));
        Assert.Equal(
            ["PUT Condition/c1 200", "POST Condition 201"], Made(await client.GetJsonAsync($"Condition/_history?_at={Text(between)}")));
        Assert.Equal(2, (await client.GetJsonAsync($"Condition/_history?_at={Text(start)}&_count=0")).GetProperty("total").GetInt32());
        Assert.Equal(4, (await client.GetJsonAsync("Condition/_history?_count=0")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_partner_sees_the_versions_that_changed_its_view_and_no_others()
    {
        using var client = Server.As(Navigator);
        using var hospital = Server.As("hospital");
        await PutAsync(
            client, "Condition/c1", Fixtures.Condition("c1", "p1").Replace("only at full", "unseen", StringComparison.Ordinal));
        await DeleteAsync(client, "Condition/c2");

        Assert.Equal(["POST Condition 201"], Made(await hospital.GetJsonAsync("Condition/_history")));
        await PutAsync(client, "Condition/c1", Fixtures.Condition("c1", "p1", code: "1"));
        await DeleteAsync(client, "Condition/c1");
        Assert.Equal(
            ["DELETE Condition/c1 204", "PUT Condition/c1 200", "POST Condition 201"],
            Made(await hospital.GetJsonAsync("Condition/_history")));
    }

    [Fact]
    public async Task The_history_of_all_is_for_who_keeps_the_records_whole()
    {
        using var client = Server.As(Navigator);
        using var narrow = Server.As(Navigator with { Scope = "system/Condition.s" });
        using var none = Server.As(Navigator with { Scope = "system/Condition.r" });
        await DeleteAsync(client, "Condition/c2");

        var all = await client.GetJsonAsync("_history?_count=1000");
        Assert.Equal("DELETE Condition/c2 204", Made(all)[0]);
        Assert.Contains("Patient/p1", all.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Organization/city-hospital", all.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(3, (await narrow.GetJsonAsync("_history")).GetProperty("total").GetInt32());
        using var refused = await none.GetAsync("_history");
        await refused.OutcomeAsync(403);
        foreach (var name in new[] { "hospital", "police", "dispatch" })
        {
            using var other = Server.As(name);
            using var response = await other.GetAsync("_history");
            Assert.Contains((int)response.StatusCode, (int[])(name == "hospital" ? [200, 403] : [403]));
            Assert.DoesNotContain("Condition/c", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Nothing/_history", 404)]
    [InlineData("Patient/_history?_count=x", 400)]
    [InlineData("Patient/_history?_since=then", 400)]
    [InlineData("Patient/_history?_sort=_lastUpdated", 400)]
    [InlineData("_history?_type=Patient", 400)]
    public async Task What_is_not_understood_is_refused(string path, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task A_batch_reads_it_too()
    {
        using var client = Server.As(Navigator);

        using var response = await client.PostFhirAsync(
            "", """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Condition/_history?_count=1"}}]}""");

        var nested = (await response.JsonAsync()).GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal((await client.GetJsonAsync("Condition/_history?_count=1")).GetRawText(), nested.GetRawText());
    }

    private static string Text(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O"));

    private static List<string> Made(JsonElement history) => [.. Entries(history).Select(entry =>
        $"{entry.GetProperty("request").GetProperty("method").GetString()} {entry.GetProperty("request").GetProperty("url").GetString()} "
        + entry.GetProperty("response").GetProperty("status").GetString())];

    private static IEnumerable<string> Bodies(JsonElement history) => Entries(history).Select(entry => entry.GetRawText());

    private static IEnumerable<JsonElement> Entries(JsonElement history) =>
        history.TryGetProperty("entry", out var entries) ? entries.EnumerateArray() : [];

    private static string? Next(JsonElement bundle) => bundle.GetProperty("link").EnumerateArray()
        .Where(link => link.GetProperty("relation").GetString() == "next")
        .Select(link => link.GetProperty("url").GetString()![(RunningServer.PublicUrl.Length + 1)..])
        .FirstOrDefault();

    private async Task PutAsync(HttpClient client, string path, string body)
    {
        Server.Clock.Advance(TimeSpan.FromHours(1));
        using var response = await client.PutFhirAsync(path, body);
        Assert.True((int)response.StatusCode == 200, await response.Content.ReadAsStringAsync());
    }

    private async Task DeleteAsync(HttpClient client, string path)
    {
        Server.Clock.Advance(TimeSpan.FromHours(1));
        using var response = await client.DeleteAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(204, (int)response.StatusCode);
    }
}
