using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Accountability;

/// <summary>What privacy officers find in the trail over HTTP, and what nobody else does.</summary>
public class AuditEventTests : SceneTests
{
    private static readonly DemoCaller PartnersOfficer =
        new("hospital-privacy", "city-hospital", ["HOPERAT"], ["privacy-officer"], "system/*.rs");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", purposes: ["TREAT", "COC"]),
        Fixtures.Patient("p1", "Alpha"),
        Fixtures.Patient("p2", "Beta"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p2"),
        Fixtures.Consent("yes", "p1", "city-hospital"),
    ];

    [Fact]
    public async Task A_partners_read_is_found_by_patient_organization_purpose_and_what_was_read()
    {
        using var hospital = Server.As("hospital");
        await hospital.GetJsonAsync("Condition/c1");
        using var officer = Server.As("privacy");

        foreach (var query in new[]
        {
            "patient=Patient/p1&agent-organization=Organization/city-hospital", "agent=Organization/city-hospital&subtype=read",
            "entity=Condition/c1", "purpose=TREAT&type=rest&action=R", "agent:identifier=demo-hospital&outcome=0&date=ge2020-01-01",
        })
        {
            var found = await officer.GetJsonAsync($"AuditEvent?{query}&_total=accurate");
            Assert.Equal(1, found.GetProperty("total").GetInt32());
            var entry = found.GetProperty("entry")[0].GetProperty("resource");
            Assert.Equal("read", entry.GetProperty("subtype")[0].GetProperty("code").GetString());
            Assert.EndsWith(
                "BasicAudit.PatientRead", entry.GetProperty("meta").GetProperty("profile")[0].GetString(), StringComparison.Ordinal);
            Assert.Contains("Consent/yes/_history/1", entry.GetRawText(), StringComparison.Ordinal);
            var read = await officer.GetJsonAsync($"AuditEvent/{entry.GetProperty("id").GetString()}");
            Assert.Equal(entry.GetRawText(), read.GetRawText());
        }
    }

    [Fact]
    public async Task A_search_is_found_by_each_of_the_patients_that_it_showed()
    {
        using var navigator = Server.As("navigator");
        await navigator.GetJsonAsync("Condition?_sort=_id");
        using var officer = Server.As("privacy");

        var first = await FoundAsync(officer, "patient=p1&subtype=search-type");
        var second = await FoundAsync(officer, "patient=p2&subtype=search-type");

        Assert.Equal(Assert.Single(first).GetRawText(), Assert.Single(second).GetRawText());
        Assert.Empty(await FoundAsync(officer, "patient=p3"));
        Assert.Single(await FoundAsync(officer, "patient=p1&patient=p2"));
        using var own = await officer.GetAsync("Patient/p1/AuditEvent?subtype=search-type");
        Assert.Contains("Condition/c1", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_keep_their_place_while_the_trail_grows_and_totals_are_exact()
    {
        using var navigator = Server.As("navigator");
        for (var number = 0; number < 7; number++)
        {
            await navigator.GetJsonAsync("Patient/p1");
        }

        using var officer = Server.As("privacy");
        foreach (var sort in new[] { "-date", "date" })
        {
            var (ids, url) = (new List<string>(), $"AuditEvent?patient=Patient/p1&subtype=read&_sort={sort}&_count=3&_total=accurate");
            while (url is not null)
            {
                var page = await officer.GetJsonAsync(url);
                Assert.Equal(7, page.GetProperty("total").GetInt32());
                ids.AddRange(page.GetProperty("entry").EnumerateArray()
                    .Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!));
                url = page.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").ValueEquals("next"))
                    .Select(link => link.GetProperty("url").GetString()!)
                    .Select(link => link.Replace($"{RunningServer.PublicUrl}/", "", StringComparison.Ordinal))
                    .SingleOrDefault();
            }

            Assert.Equal((7, 7), (ids.Count, ids.Distinct().Count()));
        }
    }

    [Fact]
    public async Task A_partners_officer_sees_its_own_agencys_requests_and_cannot_tell_withheld_from_absent()
    {
        using var hospital = Server.As("hospital");
        using var social = Server.As("social");
        foreach (var path in new[] { "Condition/c2", "Condition/nothing" })
        {
            using var none = await hospital.GetAsync(path);
            Assert.Equal(404, (int)none.StatusCode);
        }

        await hospital.GetJsonAsync("Condition/c1");
        await social.GetJsonAsync("Patient/p1");
        using var officer = Server.As(PartnersOfficer);
        using var programme = Server.As("privacy");

        var seen = await FoundAsync(officer, "subtype=read");
        Assert.Equal(3, seen.Count);
        Assert.All(seen, audited => Assert.DoesNotContain("Consent/", audited.GetRawText(), StringComparison.Ordinal));
        Assert.Equal(
            Blanked(Assert.Single(await FoundAsync(officer, "entity=Condition/c2")), "c2"),
            Blanked(Assert.Single(await FoundAsync(officer, "entity=Condition/nothing")), "nothing"));
        Assert.Empty(await FoundAsync(officer, "patient=Patient/p2"));
        Assert.Empty(await FoundAsync(officer, "outcome=8"));
        Assert.Equal(2, (await FoundAsync(officer, "outcome=4&subtype=read")).Count);
        var withheld = Assert.Single(await FoundAsync(programme, "outcome=8"));
        Assert.Equal("AuthZ-Consent", withheld.GetProperty("subtype")[0].GetProperty("code").GetString());
        var others = Assert.Single(await FoundAsync(programme, "agent-organization=family-services&subtype=read"));
        using var absent = await officer.GetAsync($"AuditEvent/{others.GetProperty("id").GetString()}");
        using var unknown = await officer.GetAsync("AuditEvent/00000000000000000000000000000000");
        Assert.Equal((404, 404), ((int)absent.StatusCode, (int)unknown.StatusCode));
    }

    [Theory]
    [InlineData("navigator")]
    [InlineData("hospital")]
    [InlineData("social")]
    public async Task Nobody_else_finds_anything(string caller)
    {
        using var client = Server.As(caller);
        using var before = await client.GetAsync("Patient/p1");
        var found = await client.GetJsonAsync("AuditEvent?_total=accurate");

        Assert.Equal(0, found.GetProperty("total").GetInt32());
        Assert.False(found.TryGetProperty("entry", out _));
    }

    [Theory]
    [InlineData("AuditEvent?altid=x", 400)]
    [InlineData("AuditEvent?_sort=patient", 400)]
    [InlineData("AuditEvent?patient:missing=true", 400)]
    [InlineData("AuditEvent?patient.name=x", 400)]
    [InlineData("AuditEvent?_include=AuditEvent:patient", 400)]
    [InlineData("AuditEvent?nonsense=1", 400)]
    [InlineData("AuditEvent/x?_elements=id", 400)]
    [InlineData("AuditEvent?_cursor=abc", 400)]
    [InlineData("?_type=AuditEvent", 400)]
    [InlineData("AuditEvent/x", 404)]
    public async Task What_the_trail_cannot_be_asked_is_refused_by_name(string path, int status)
    {
        using var officer = Server.As("privacy");
        using var answer = await officer.GetAsync(path);

        Assert.True(status == (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Nobody_writes_an_AuditEvent()
    {
        using var officer = Server.As("privacy");
        using var created = await officer.PostFhirAsync(
            "AuditEvent",
            """
            {"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2026-01-01T00:00:00Z","agent":[{"requestor":true}],
             "source":{"observer":{"display":"x"}}}
            """);
        using var deleted = await officer.DeleteAsync("AuditEvent/x");

        Assert.Equal((403, 404), ((int)created.StatusCode, (int)deleted.StatusCode));
    }

    private static async Task<List<JsonElement>> FoundAsync(HttpClient client, string query)
    {
        var found = await client.GetJsonAsync($"AuditEvent?{query}&_count=1000");
        return found.TryGetProperty("entry", out var entries)
            ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))]
            : [];
    }

    private static string Blanked(JsonElement audited, string id)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(audited.GetRawText())!.AsObject();
        node.Remove("id");
        node.Remove("recorded");
        node.Remove("meta");
        return node.ToJsonString().Replace($"Condition/{id}", "Condition/?", StringComparison.Ordinal);
    }
}
