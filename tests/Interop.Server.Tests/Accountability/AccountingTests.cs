using System.Net.Http.Headers;
using System.Text.Json;

namespace Interop.Server.Tests.Accountability;

/// <summary>The accounting that a person is given, and what is written down for it.</summary>
public class AccountingTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Agreement("family-services", purposes: ["TREAT", "COC"]),
        Fixtures.Patient("p1", "<b>Alpha"),
        Fixtures.Patient("p2", "Beta"),
        Fixtures.Condition("c1", "p1"),
        Fixtures.Consent("yes", "p1", "city-hospital"),
        Fixtures.Consent("other", "p2", "city-hospital"),
    ];

    [Fact]
    public async Task Each_disclosure_to_others_is_an_entry_with_who_what_why_and_on_what_ground()
    {
        using var hospital = Server.As("hospital");
        using var social = Server.As("social");
        using var navigator = Server.As("navigator");
        await hospital.GetJsonAsync("Condition/c1");
        await social.GetJsonAsync("Patient/p1");
        await social.GetJsonAsync("Patient/p2");
        await navigator.GetJsonAsync("Patient/p1");
        using var withheld = await social.GetAsync("Condition/c1");

        var entries = await EntriesAsync();

        Assert.Equal(["1", "2"], entries.Select(entry => Part(entry, "number")));
        Assert.Equal(["Organization/city-hospital", "Organization/family-services"], entries.Select(entry => Part(entry, "recipient")));
        Assert.Equal(["Condition (1); intermediate part", "Patient (1); basic part"], entries.Select(entry => Part(entry, "what")));
        Assert.Equal(["false", "false"], entries.Select(entry => Part(entry, "required")));
        Assert.Contains("Consent/yes/_history/1", entries[0].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Contract/mou-crisis-program-family-services", entries[1].GetRawText(), StringComparison.Ordinal);
        using var officer = Server.As("privacy");
        var audited = await officer.GetJsonAsync(Part(entries[0], "event"));
        Assert.Contains("Condition/c1", audited.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_went_out_on_paper_is_recorded_and_listed_and_found_as_an_AuditEvent()
    {
        using var navigator = Server.As("navigator");
        using var recorded = await navigator.PostFhirAsync(
            "Consent/$record-disclosure", Paper("2026-02-03", """, {"name":"basis","valueString":"court order 7"}"""));
        Assert.True(recorded.IsSuccessStatusCode, await recorded.Content.ReadAsStringAsync());
        using var consented = await navigator.PostFhirAsync(
            "Consent/$record-disclosure",
            Paper("2026-02-04", """, {"name":"consent","valueReference":{"reference":"Consent/yes"}}"""));
        Assert.True(consented.IsSuccessStatusCode, await consented.Content.ReadAsStringAsync());

        var entries = await EntriesAsync();

        Assert.Equal(["2026-02-03", "2026-02-04"], entries.Select(entry => Part(entry, "date")));
        Assert.Equal(["true", "false"], entries.Select(entry => Part(entry, "required")));
        Assert.Equal("court order 7", Part(entries[0], "law"));
        Assert.Equal("Summary of the stay, by fax", Part(entries[0], "what"));
        using var officer = Server.As("privacy");
        var found = await officer.GetJsonAsync("AuditEvent?patient=p1&subtype=disclose&_total=accurate");
        Assert.Equal(2, found.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("", "consent")]
    [InlineData(""", {"name":"consent","valueReference":{"reference":"Consent/other"}}""", "another person")]
    [InlineData(""", {"name":"consent","valueReference":{"reference":"Consent/nothing"}}""", "not known")]
    [InlineData(""", {"name":"consent","valueReference":{"reference":"Patient/p1"}}""", "Consent")]
    [InlineData(""", {"name":"basis","valueString":"x"}, {"name":"nonsense","valueString":"x"}""", "nonsense")]
    public async Task What_a_record_lacks_is_told_by_name(string further, string told)
    {
        using var navigator = Server.As("navigator");
        using var refused = await navigator.PostFhirAsync("Consent/$record-disclosure", Paper("2026-02-03", further));

        Assert.Contains((int)refused.StatusCode, new[] { 400, 422 });
        Assert.Contains(told, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_agency_is_left_out_without_a_gap_until_its_time_is_over()
    {
        using var hospital = Server.As("hospital");
        using var social = Server.As("social");
        await social.GetJsonAsync("Patient/p1");
        await hospital.GetJsonAsync("Patient/p1");
        using var officer = Server.As("privacy");
        using var tooLong = await SuspendAsync(officer, "family-services", 40, isWritten: false);
        Assert.Equal(422, (int)tooLong.StatusCode);
        using var suspended = await SuspendAsync(officer, "family-services", 40, isWritten: true);
        Assert.True(suspended.IsSuccessStatusCode, await suspended.Content.ReadAsStringAsync());

        var left = Assert.Single(await EntriesAsync());
        Assert.Equal(("1", "Organization/city-hospital"), (Part(left, "number"), Part(left, "recipient")));

        using var ended = await SuspendAsync(officer, "family-services", -1, isWritten: true);
        Assert.Equal(2, (await EntriesAsync()).Count);
    }

    [Fact]
    public async Task A_page_to_print_needs_nothing_but_itself_and_shows_text_as_text()
    {
        using var hospital = Server.As("hospital");
        await hospital.GetJsonAsync("Patient/p1");
        using var officer = Server.As("privacy");
        officer.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var answer = await officer.GetAsync("Patient/p1/$disclosures");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches("^default-src 'none'; style-src 'sha256-[^']+'; ", policy);
        Assert.Contains("&lt;b&gt;Alpha", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("treatment (TREAT)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_bound_it_and_what_is_no_day_is_refused()
    {
        using var hospital = Server.As("hospital");
        await hospital.GetJsonAsync("Patient/p1");
        using var officer = Server.As("privacy");

        Assert.Empty(await EntriesAsync("?end=2000-01-01"));
        Assert.Single(await EntriesAsync("?start=2000-01-01"));
        using var wrong = await officer.GetAsync("Patient/p1/$disclosures?start=soon");
        using var unknown = await officer.GetAsync("Patient/nobody/$disclosures");
        Assert.Equal((400, 404), ((int)wrong.StatusCode, (int)unknown.StatusCode));
    }

    [Theory]
    [InlineData("Patient/p1/$disclosures")]
    [InlineData("Patient/nobody/$disclosures")]
    [InlineData("Patient/p1/$explain-access?organization=Organization/city-hospital")]
    [InlineData("Patient/nobody/$explain-access?organization=Organization/city-hospital")]
    public async Task Only_the_programmes_privacy_officer_is_told(string path)
    {
        foreach (var name in new[] { "hospital", "navigator", "police" })
        {
            using var client = Server.As(name);
            using var answer = await client.GetAsync(path);
            Assert.Equal(403, (int)answer.StatusCode);
        }

        using var partner = Server.As(new Demo.DemoCaller("any", "city-hospital", ["TREAT"], ["privacy-officer"], "system/*.rs"));
        using var refused = await partner.GetAsync(path);
        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Why_somebody_sees_something_is_said_in_sentences_with_consent_agreement_and_mark()
    {
        using var officer = Server.As("privacy");
        var sees = await SentencesAsync(officer, "organization=Organization/city-hospital&purpose=TREAT&resource=Condition/c1");
        var doesNot = await SentencesAsync(officer, "organization=Organization/family-services&resource=Condition/c1");

        Assert.Contains("It sees the intermediate part", sees[1], StringComparison.Ordinal);
        Assert.Contains(sees, sentence => sentence.Contains("Consent/yes, version 1 (provision)", StringComparison.Ordinal));
        Assert.Contains(sees, sentence => sentence.Contains("Contract/mou-crisis-program-city-hospital", StringComparison.Ordinal));
        Assert.Contains("It does not see it", doesNot[1], StringComparison.Ordinal);
        using var others = await officer.GetAsync(
            "Patient/p2/$explain-access?organization=Organization/city-hospital&resource=Condition/c1");
        using var missing = await officer.GetAsync("Patient/p1/$explain-access");
        Assert.Equal((422, 400), ((int)others.StatusCode, (int)missing.StatusCode));
    }

    [Fact]
    public async Task What_cannot_be_judged_and_was_replaced_is_not_said_to_be_about_somebody_else()
    {
        using var officer = Server.As("privacy");
        var older = Fixtures.Consent("unread", "p1", "city-hospital", purpose: "unheard-of")
            .Replace("\"dateTime\":\"2026-06-01", "\"dateTime\":\"2026-05-01", StringComparison.Ordinal);
        using var unread = await officer.PostFhirAsync("Consent", older);
        var id = (await unread.JsonAsync()).GetProperty("id").GetString();

        var sentences = await SentencesAsync(officer, "organization=Organization/city-hospital&purpose=TREAT");

        Assert.Contains(sentences, sentence => sentence.Contains($"Consent/{id}", StringComparison.Ordinal)
            && sentence.EndsWith("It is not about who asks, or a newer one has replaced it.", StringComparison.Ordinal));
    }

    private static async Task<List<string>> SentencesAsync(HttpClient client, string query) =>
    [
        .. (await client.GetJsonAsync($"Patient/p1/$explain-access?{query}")).GetProperty("parameter").EnumerateArray()
            .Select(parameter => parameter.GetProperty("valueString").GetString()!),
    ];

    private Task<HttpResponseMessage> SuspendAsync(HttpClient client, string organization, int days, bool isWritten) =>
        client.PostFhirAsync(
            "Patient/p1/$suspend-accounting",
            $$"""
            {"resourceType":"Parameters","parameter":[{"name":"organization","valueString":"Organization/{{organization}}"},
              {"name":"until","valueDateTime":"{{Server.Clock.GetUtcNow().AddDays(days):yyyy-MM-ddTHH:mm:ssZ}}"},
              {"name":"official","valueString":"Lt. Doe, badge 7"},{"name":"written","valueBoolean":{{(isWritten ? "true" : "false")}}}]}
            """);

    private async Task<List<JsonElement>> EntriesAsync(string query = "")
    {
        using var officer = Server.As("privacy");
        var accounting = await officer.GetJsonAsync($"Patient/p1/$disclosures{query}");
        return
        [
            .. accounting.GetProperty("parameter").EnumerateArray()
                .Where(parameter => parameter.GetProperty("name").ValueEquals("disclosure")),
        ];
    }

    private static string Part(JsonElement entry, string name)
    {
        var part = entry.GetProperty("part").EnumerateArray().First(part => part.GetProperty("name").ValueEquals(name));
        var value = part.EnumerateObject().First(property => property.Name.StartsWith("value", StringComparison.Ordinal)).Value;
        return value.ValueKind switch
        {
            JsonValueKind.Object => value.GetProperty("reference").GetString()!,
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };
    }

    private static string Paper(string date, string further) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"disclosure","resource":{"resourceType":"AuditEvent",
          "type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110106"},"recorded":"2026-03-01T10:00:00Z",
          "period":{"start":"{{date}}"},"outcome":"0",
          "purposeOfEvent":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HLEGAL"}]},
                            {"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"PUBHLTH"}]}],
          "agent":[{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110152"}]},
                    "who":{"display":"District court"},"requestor":true}],
          "source":{"observer":{"display":"the programme"} },
          "entity":[{"what":{"reference":"Patient/p1"} },{"description":"Summary of the stay, by fax"}]} } {{further}}]}
        """;
}
