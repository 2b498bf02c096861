using System.Net.Http.Headers;
using Interop.Demo;

namespace Interop.Server.Tests.Lists;

/// <summary>A page that its reader has already is not sent again; what it asked for is written down all the same.</summary>
public sealed class SearchTagTests : SceneTests
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1", "One"),
        Fixtures.Consent("opens", "p1", "city-hospital"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p1"),
    ];

    [Theory]
    [InlineData("Condition?patient=p1&_include=Condition:patient")]
    [InlineData("Condition?_count=1&_sort=_id")]
    [InlineData("Condition?_summary=count")]
    [InlineData("Patient/p1/Condition")]
    [InlineData("Patient/p1/*")]
    [InlineData("?_type=Condition")]
    public async Task It_is_sent_again_when_anything_of_it_is_another(string path)
    {
        using var client = Server.As(Navigator);
        using var first = await client.GetAsync(path);
        var tag = first.Headers.ETag!;
        Assert.True(tag.IsWeak);

        using var known = await AskAsync(client, path, tag);
        using var other = await AskAsync(client, path, new("\"other\"", isWeak: true));
        await client.CreatedAsync("Condition", Fixtures.Condition("x", "p1"));
        using var patched = await client.PutFhirAsync("Condition/c1", Fixtures.Condition("c1", "p1", code: "1"));
        using var changed = await AskAsync(client, path, tag);

        Assert.Equal((304, tag), ((int)known.StatusCode, known.Headers.ETag));
        Assert.Empty(await known.Content.ReadAsByteArrayAsync());
        Assert.Equal(200, (int)other.StatusCode);
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);
    }

    [Fact]
    public async Task A_hidden_edit_does_not_change_it_and_the_trail_has_each_question()
    {
        using var client = Server.As("hospital");
        using var first = await client.GetAsync("Condition?patient=p1");
        await Server.ImportAsync(Custodian, Fixtures.Condition("c1", "p1").Replace("only at full", "unseen", StringComparison.Ordinal));

        using var known = await AskAsync(client, "Condition?patient=p1", first.Headers.ETag!);

        Assert.Equal(304, (int)known.StatusCode);
        var rows = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .Where(row => row.Client == "demo-hospital").ToList();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Contains("Condition/c2 v1", row.Detail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Condition?_list=x", "_list")]
    [InlineData("Condition?_filter=code eq x", "_filter")]
    [InlineData("Condition?_contained=true", "_contained")]
    [InlineData("Condition?_containedType=container", "_containedType")]
    [InlineData("Condition?_query=x", "_query")]
    [InlineData("Condition?_text=x", "_text")]
    [InlineData("Condition?_content=x", "_content")]
    public async Task What_is_not_searched_by_is_refused_by_name(string path, string name)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        var issue = await response.OutcomeAsync(400);
        Assert.Equal("not-supported", issue.GetProperty("code").GetString());
        Assert.StartsWith(name + ":", issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        using var fine = await client.GetAsync("Condition?_contained=false");
        Assert.Equal(200, (int)fine.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.IfNoneMatch.Add(tag);
        return await client.SendAsync(request);
    }
}
