using System.Text;
using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Lists;

/// <summary>
/// Searches in a compartment and of several types (https://hl7.org/fhir/R4/compartmentdefinition.html): what the caller sees that points at
/// a resource, whether or not that one is there.
/// </summary>
public class CompartmentSearchTests(SharedScene scene) : SharedSceneTests(scene)
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        """{"resourceType":"Practitioner","id":"doc","name":[{"family":"Doc"}]}""",
        Fixtures.Patient("p1", "One"),
        Fixtures.Patient("p2", "Two"),
        Fixtures.Consent("opens", "p1", "city-hospital"),
        Fixtures.Consent("denies", "p2", "city-hospital", type: "deny", tier: "basic"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Condition("c1", "p1", encounter: "e1"),
        Fixtures.Condition("c2", "p1", code: "44054006"),
        Fixtures.Condition("c3", "p2"),
        Observation("o1", "p1", "\"performer\":[{\"reference\":\"Practitioner/doc\"}],"),
        Observation("o2", "p2", "\"performer\":[{\"reference\":\"Patient/p1\"}],"),
    ];

    [Theory]
    [InlineData("Patient/p1/Condition", "Condition/c1 Condition/c2")]
    [InlineData("Patient/p1/Condition?code=44054006", "Condition/c2")]
    [InlineData("Patient/p1/Condition?_sort=-code", "Condition/c2 Condition/c1")]
    [InlineData("Patient/p1/Observation", "Observation/o1 Observation/o2")]
    [InlineData("Patient/p1/Patient", "Patient/p1")]
    [InlineData("Encounter/e1/Condition", "Condition/c1")]
    [InlineData("Encounter/e1/*", "Condition/c1 Encounter/e1")]
    [InlineData("Practitioner/doc/Observation", "Observation/o1")]
    [InlineData("RelatedPerson/nobody/Observation", "")]
    [InlineData("Device/nothing/Observation", "")]
    [InlineData("Patient/nobody/Condition", "")]
    [InlineData("Patient/nobody/*", "")]
    [InlineData(
        "Patient/p1/*",
        "Condition/c1 Condition/c2 Consent/opens Encounter/e1 Observation/o1 Observation/o2 Patient/p1")]
    [InlineData("?_type=Condition,Patient", "Condition/c1 Condition/c2 Condition/c3 Patient/p1 Patient/p2")]
    [InlineData("?_type=Condition,Observation&patient=p1", "Condition/c1 Condition/c2 Observation/o1")]
    [InlineData("?_type=Condition&_sort=-code", "Condition/c2 Condition/c1 Condition/c3")]
    [InlineData("?_type=Encounter&_include=Encounter:patient", "Encounter/e1 Patient/p1")]
    public async Task What_points_there_is_found(string path, string keys)
    {
        using var client = Server.As(Navigator);

        var bundle = await client.GetJsonAsync(path);

        Assert.Equal("searchset", bundle.GetProperty("type").GetString());
        Assert.Equal(keys, string.Join(' ', bundle.Keys()));
        Assert.StartsWith(
            $"{RunningServer.PublicUrl}{(path[0] == '?' ? "" : "/")}{path.Split('?')[0]}",
            bundle.GetProperty("link")[0].GetProperty("url").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/p1/Condition")]
    [InlineData("Patient/p1/*")]
    [InlineData("?_type=Condition,Encounter,Observation,Patient,Consent")]
    public async Task Pages_are_full_and_end_where_there_is_no_more(string path)
    {
        using var client = Server.As(Navigator);
        var whole = (await client.GetJsonAsync(path)).Keys();
        foreach (var count in new[] { 1, 2, 3, whole.Count, whole.Count + 1 })
        {
            var found = new List<string>();
            var next = (string?)$"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_count={count}&_total=accurate";
            while (next is not null)
            {
                var page = await client.GetJsonAsync(next);
                Assert.Equal(whole.Count, page.GetProperty("total").GetInt32());
                next = page.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").GetString() == "next")
                    .Select(link => link.GetProperty("url").GetString()![RunningServer.PublicUrl.Length..].TrimStart('/')).FirstOrDefault();
                Assert.True(next is null || page.Keys().Count == count);
                Assert.NotEmpty(page.Keys());
                found.AddRange(page.Keys());
            }

            Assert.Equal(whole, found);
        }
    }

    [Theory]
    [InlineData("Patient/p1/*", "Condition/c1 Condition/c2 Encounter/e1 Observation/o1 Patient/p1")]
    [InlineData("Patient/p1/Observation", "Observation/o1")]
    [InlineData("Patient/p2/*", "")]
    [InlineData("Patient/p2/Condition", "")]
    public async Task A_partner_finds_what_it_sees(string path, string keys)
    {
        using var client = Server.As("hospital");

        var bundle = await client.GetJsonAsync(path);

        Assert.Equal(keys, string.Join(' ', bundle.Keys().Where(key => !key.StartsWith("Consent/", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("Patient/p1/Organization", 400)]
    [InlineData("Organization/city-hospital/Patient", 404)]
    [InlineData("Patient/p1/Nothing", 404)]
    [InlineData("Patient/!/Condition", 404)]
    [InlineData("Patient/p1/Condition?nonsense=1", 400)]
    [InlineData("Patient/p1/*?code=x", 400)]
    [InlineData("Patient/p1/*?_sort=_id", 400)]
    [InlineData("Patient/p1/*?_cursor=AAAA", 400)]
    [InlineData("?_type=Nothing", 400)]
    [InlineData("?_type=", 400)]
    [InlineData("?_type=Patient&code=x", 400)]
    [InlineData("?family=One", 400)]
    public async Task What_is_not_understood_is_refused(string path, int status)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        await response.OutcomeAsync(status);
    }

    [Theory]
    [InlineData("Patient/p1/Condition/_search", "code=44054006", "Condition/c2")]
    [InlineData("Patient/p1/_search", "_count=100", null)]
    [InlineData("_search", "_type=Condition&code=44054006", "Condition/c2")]
    public async Task They_are_asked_by_POST_too(string path, string form, string? keys)
    {
        using var client = Server.As(Navigator);
        using var content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);

        keys ??= string.Join(' ', (await client.GetJsonAsync("Patient/p1/*")).Keys());
        Assert.Equal(keys, string.Join(' ', (await response.JsonAsync()).Keys()));
    }

    [Theory]
    [InlineData("system/Condition.s", "Patient/p1/Condition", 200, "Condition/c1 Condition/c2")]
    [InlineData("system/Condition.s", "Patient/p1/*", 200, "Condition/c1 Condition/c2")]
    [InlineData("system/Condition.r", "Patient/p1/*", 403, null)]
    [InlineData("system/Condition.s", "Patient/p1/Observation", 403, null)]
    [InlineData("system/Condition.s", "?_type=Condition", 200, "Condition/c1 Condition/c2 Condition/c3")]
    [InlineData("system/Condition.s", "?_type=Condition,Patient", 403, null)]
    public async Task Scopes_narrow_them(string scope, string path, int status, string? keys)
    {
        using var client = Server.As(Navigator with { Scope = scope });

        using var response = await client.GetAsync(path);

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        if (keys is not null)
        {
            Assert.Equal(keys, string.Join(' ', (await response.JsonAsync()).Keys()));
        }
    }

    [Fact]
    public async Task What_was_shown_is_on_the_trail()
    {
        using var client = Server.As(Navigator);
        await client.GetJsonAsync("Patient/p1/Condition?code=44054006");
        await client.GetJsonAsync("Patient/p1/*");
        await client.GetJsonAsync("?_type=Condition");

        var rows = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None)).Select(entry => entry.Row)
            .Where(row => row.Client == "demo-navigator").ToList();
        Assert.Equal(["search-type", "search-type", "search-system"], rows.Select(row => row.Interaction));
        Assert.Equal(["Patient/p1/Condition", "Patient/p1/*", ""], rows.Select(row => row.Target));
        Assert.Equal([1, 7, 3], rows.Select(Disclosed));

        static int Disclosed(Storage.Audit.AuditRow row)
        {
            using var detail = JsonDocument.Parse(row.Detail);
            return detail.RootElement.GetProperty("disclosed").GetArrayLength();
        }
    }

    private static string Observation(string id, string patient, string more) => $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"final",{{more}}"code":{"coding":[{"system":"http://loinc.org",
        "code":"8867-4"}]},"subject":{"reference":"Patient/{{patient}}"},"effectiveDateTime":"2026-03-04","valueQuantity":{"value":80} }
        """;
}
