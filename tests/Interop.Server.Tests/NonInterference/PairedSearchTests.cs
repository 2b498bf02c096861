
namespace Interop.Server.Tests.NonInterference;

/// <summary>The channels of searching: what is found, counted, ordered and paged.</summary>
public class PairedSearchTests(SharedPair shared) : PairedScene, IClassFixture<SharedPair>
{
    public override async Task InitializeAsync() => Pair = shared.Pair ??= await StartAsync();

    public override Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Condition?code=75544000")]
    [InlineData("Condition?code:not=38341003")]
    [InlineData("RiskAssessment?probability=gt0.5")]
    [InlineData("RiskAssessment?probability:missing=true")]
    [InlineData("RiskAssessment?probability:missing=false")]
    [InlineData("Patient?family=Verborgen")]
    [InlineData("Patient?family:exact=Beta")]
    [InlineData("Condition?recorded-date=ge2026-01-01&patient=p2")]
    [InlineData("RiskAssessment?patient=p2")]
    public async Task Channel_5_a_hidden_element_cannot_be_searched(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("AuditEvent")]
    [InlineData("Provenance")]
    [InlineData("Basic")]
    [InlineData("Group")]
    public async Task Channel_6_a_type_that_is_in_no_tier_is_an_empty_answer(string type)
    {
        await Pair.HiddenAsync(
            Program,
            """{"resourceType":"Provenance","id":"pv","target":["""
                + """{"reference":"Condition/seen1"}],"recorded":"2026-11-22T12:00:00Z","agent":[{"who":"""
                + """{"reference":"Organization/crisis-program"}}]}""",
            """{"resourceType":"Basic","id":"b","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""",
            """{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}}]}""");

        Assert.StartsWith("200", await Pair.SameAsync(Hospital, type + "?_total=accurate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient?_has:Condition:patient:code=75544000")]
    [InlineData("Patient?_has:Condition:patient:code=38341003&_sort=family")]
    [InlineData("Patient?_has:RiskAssessment:subject:probability=gt0.5")]
    [InlineData("Condition?subject:Patient.family=Verborgen")]
    [InlineData("Condition?patient.family=Alpha&_sort=_id")]
    [InlineData("Condition?encounter.status=in-progress")]
    public async Task Channel_7_chains_and_reverse_chains_see_what_the_caller_sees(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Patient?_id=p1&_revinclude=Condition:patient")]
    [InlineData("Patient?_revinclude=Condition:subject&_revinclude=RiskAssessment:subject")]
    [InlineData("Condition?_include=Condition:subject&_include=Condition:encounter")]
    public async Task Channel_8_includes_bring_only_what_is_visible(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("RiskAssessment?_sort=probability")]
    [InlineData("RiskAssessment?_sort=-probability")]
    [InlineData("Condition?_sort=-recorded-date")]
    [InlineData("Patient?_sort=-_lastUpdated,family")]
    public async Task Channel_9_order_is_not_decided_by_what_is_hidden(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Condition?_total=accurate", 3)]
    [InlineData("Condition?_summary=count", 3)]
    [InlineData("Patient?_total=accurate&_count=1", 2)]
    [InlineData("Condition?_total=estimate&code=75544000", 0)]
    public async Task Channel_10_totals_count_what_is_visible(string path, int total) =>
        Assert.Contains($"\"total\":{total}", await Pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_11_pages_are_full_and_end_where_the_view_ends()
    {
        var path = "Condition?_count=1&_total=accurate";
        for (var page = 0; page < 3; page++)
        {
            var answer = await Pair.SameAsync(Hospital, path);
            Assert.Equal(page < 2, answer.Contains("\"next\"", StringComparison.Ordinal));
            if (page < 2)
            {
                path = NextOf(answer);
            }
        }
    }

    [Fact]
    public async Task Channel_12_a_page_link_is_worth_nothing_to_anyone_else()
    {
        var next = NextOf(await Pair.SameAsync(Hospital, "Condition?_count=1"));

        var foreign = await Pair.SameAsync(Police with { Scope = "system/*.rs" }, next);
        var garbage = await Pair.SameAsync(Police with { Scope = "system/*.rs" }, "Condition?_count=1&_cursor=AAAA");
        var moved = await Pair.SameAsync(Hospital, next.Replace("_count=1", "_count=1&code=75544000", StringComparison.Ordinal));

        Assert.StartsWith("400", foreign, StringComparison.Ordinal);
        Assert.Equal(garbage, foreign);
        Assert.StartsWith("400", moved, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Condition?_text=only")]
    [InlineData("Condition?_content=full")]
    public async Task Channel_13_text_search_is_refused_whatever_the_data(string path) =>
        Assert.StartsWith("400", await Pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Theory]
    [InlineData("Patient?phone=555-0100&_total=accurate")]
    [InlineData("Patient?name=ana&birthdate=1988-02-29&_total=accurate")]
    [InlineData("Patient?_id=p3")]
    public async Task Channel_31_a_hidden_person_cannot_be_found_by_name_or_number(string path) => await Pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Condition?_security=http://terminology.hl7.org/CodeSystem/v3-ActCode|SUD")]
    [InlineData("Condition?_security:missing=false")]
    [InlineData("Patient?_security=R")]
    public async Task Channel_37_labels_cannot_be_searched_for(string path)
    {
        await Pair.HiddenAsync(
            Program,
            Fixtures.Condition("tagged", "p2")
                .Replace(
                    "\"id\":\"tagged\"",
                    "\"id\":\"tagged\",\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\","
                        + "\"code\":\"R\"}]}",
                    StringComparison.Ordinal));

        await Pair.SameAsync(Hospital, path);
    }

    [Fact]
    public async Task Channel_39_every_way_to_ask_gives_the_same()
    {
        var get = await Pair.SameAsync(Hospital, "Condition?code=75544000&_total=accurate");
        var post = await Pair.SameAsync(Hospital, () => new(HttpMethod.Post, new Uri("Condition/_search", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent([new("code", "75544000"), new("_total", "accurate")]),
        });
        Assert.Equal(get, post);
        foreach (var path in new[] { "Patient/p3", "Condition/hidden-label", "Condition" })
        {
            await Pair.SameAsync(Hospital, () => new(HttpMethod.Head, new Uri(path, UriKind.Relative)));
            await Pair.SameAsync(Hospital, () => new(HttpMethod.Options, new Uri(path, UriKind.Relative)));
            await Pair.SameAsync(Hospital, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_format=xml");
            await Pair.SameAsync(Hospital, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_format=json");
        }
    }

    private static string NextOf(string answer)
    {
        var marker = "\"relation\":\"next\",\"url\":\"" + RunningServer.PublicUrl + "/";
        var start = answer.IndexOf(marker, StringComparison.Ordinal) + marker.Length;
        return System.Text.RegularExpressions.Regex.Unescape(answer[start..answer.IndexOf('"', start)]);
    }
}
