using System.Text.Json;
using Interop.Demo;

namespace Interop.Server.Tests.Operations;

/// <summary>All of a patient's record that its reader sees (https://hl7.org/fhir/R4/patient-operation-everything.html).</summary>
public sealed class EverythingTests(SharedScene scene) : SharedSceneTests(scene)
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
        Fixtures.Condition("c1", "p1"),
        Fixtures.Condition("c2", "p1").Replace("2026-03-04", "2020-03-04", StringComparison.Ordinal),
        Fixtures.Condition("c3", "p1").Replace(",\"onsetDateTime\":\"2026-03-04\"", "", StringComparison.Ordinal),
        Fixtures.Condition("other", "p2"),
        """
        {"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"},
        "performer":[{"reference":"Practitioner/doc"}],"effectiveDateTime":"2026-05-01"}
        """,
    ];

    [Theory]
    [InlineData(
        "",
        "Patient/p1 Condition/c1 Condition/c2 Condition/c3 Consent/opens Encounter/e1 Observation/o1",
        "Organization/city-hospital Organization/crisis-program Practitioner/doc")]
    [InlineData("?_type=Condition", "Condition/c1 Condition/c2 Condition/c3", "")]
    [InlineData("?_type=Observation,Practitioner", "Observation/o1", "Practitioner/doc")]
    [InlineData("?_type=Condition&start=2026-01-01", "Condition/c1 Condition/c3", "")]
    [InlineData("?_type=Condition&end=2026-01-01", "Condition/c2 Condition/c3", "")]
    [InlineData("?_type=Condition&start=2019&end=2020", "Condition/c2 Condition/c3", "")]
    [InlineData("?_type=Condition&_since=2100-01-01", "", "")]
    [InlineData("?_type=Condition&_since=2000-01-01T00:00:00Z", "Condition/c1 Condition/c2 Condition/c3", "")]
    public async Task It_is_the_compartment_with_what_that_refers_to(string query, string matches, string included)
    {
        using var client = Server.As(Navigator);

        var bundle = await client.GetJsonAsync($"Patient/p1/$everything{query}");

        Assert.Equal("searchset", bundle.GetProperty("type").GetString());
        Assert.Equal(matches, Keys(bundle, "match"));
        Assert.Equal(included, string.Join(' ', Keys(bundle, "include").Split(' ').Order()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task It_comes_in_pages(int count)
    {
        using var client = Server.As(Navigator);
        var whole = Keys(await client.GetJsonAsync("Patient/p1/$everything"), "match").Split(' ');
        var found = new List<string>();
        for (var next = $"Patient/p1/$everything?_count={count}&start=2000"; next is not null;)
        {
            var page = await client.GetJsonAsync(next);
            found.AddRange(Keys(page, "match").Split(' '));
            next = page.GetProperty("link").EnumerateArray().Where(link => link.GetProperty("relation").GetString() == "next")
                .Select(link => link.GetProperty("url").GetString()![(RunningServer.PublicUrl.Length + 1)..]).FirstOrDefault();
        }

        Assert.Equal(whole, found);
    }

    [Fact]
    public async Task A_partner_gets_its_view_and_a_hidden_patient_is_an_unknown_one()
    {
        using var client = Server.As("hospital");

        var bundle = await client.GetJsonAsync("Patient/p1/$everything?_type=Patient,Condition");
        using var hidden = await client.GetAsync("Patient/p2/$everything");
        using var absent = await client.GetAsync("Patient/p9/$everything");

        Assert.Equal("Patient/p1 Condition/c1 Condition/c2 Condition/c3", Keys(bundle, "match"));
        Assert.DoesNotContain("only at full", bundle.GetRawText(), StringComparison.Ordinal);
        var texts = (await hidden.OutcomeAsync(404), await absent.OutcomeAsync(404));
        Assert.Equal(
            texts.Item2.GetRawText().Replace("p9", "p2", StringComparison.Ordinal), texts.Item1.GetRawText());
    }

    [Fact]
    public async Task It_is_asked_by_POST_too()
    {
        using var client = Server.As(Navigator);
        using var response = await client.PostFhirAsync(
            "Patient/p1/$everything",
            """
            {"resourceType":"Parameters","parameter":[{"name":"_type","valueCode":"Condition"},{"name":"_type","valueCode":"Encounter"},
            {"name":"start","valueDate":"2026-01-01"},{"name":"_count","valueInteger":10}]}
            """);
        using var bare = await client.PostAsync(new Uri("Patient/p1/$everything", UriKind.Relative), null);

        Assert.Equal("Condition/c1 Condition/c3 Encounter/e1", Keys(await response.JsonAsync(), "match"));
        Assert.Equal(200, (int)bare.StatusCode);
    }

    [Theory]
    [InlineData("Patient/p1/$everything?start=then", 400, "start")]
    [InlineData("Patient/p1/$everything?_type=Patient&end=then", 400, "end")]
    [InlineData("Patient/p1/$everything?_since=then", 400, "_since")]
    [InlineData("Patient/p1/$everything?_type=Nothing", 400, "_type")]
    [InlineData("Patient/p1/$everything?_type=Organization", 400, "_type")]
    [InlineData("Patient/p1/$everything?_count=x", 400, "_count")]
    [InlineData("Patient/p1/$everything?nonsense=1", 400, "nonsense")]
    [InlineData("Patient/p1/$everything?_cursor=AAAA", 400, "link")]
    [InlineData("Encounter/e1/$everything", 404, "operation")]
    public async Task What_is_not_understood_is_refused_by_name(string path, int status, string name)
    {
        using var client = Server.As(Navigator);

        using var response = await client.GetAsync(path);

        var issue = await response.OutcomeAsync(status);
        Assert.Contains(name, issue.GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("system/Patient.r system/Condition.s", 200, "Condition/c1 Condition/c2 Condition/c3")]
    [InlineData("system/Condition.s", 403, null)]
    [InlineData("system/Patient.r", 403, null)]
    public async Task Scopes_narrow_it(string scope, int status, string? matches)
    {
        using var client = Server.As(Navigator with { Scope = scope });

        using var response = await client.GetAsync("Patient/p1/$everything");

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
        if (matches is not null)
        {
            Assert.Equal(matches, Keys(await response.JsonAsync(), "match"));
        }
    }

    private static string Keys(JsonElement bundle, string mode) => !bundle.TryGetProperty("entry", out var entries) ? "" : string.Join(
        ' ',
        entries.EnumerateArray().Where(entry => entry.GetProperty("search").GetProperty("mode").GetString() == mode)
            .Select(entry => entry.GetProperty("resource"))
            .Select(resource => $"{resource.GetProperty("resourceType").GetString()}/{resource.GetProperty("id").GetString()}"));
}
