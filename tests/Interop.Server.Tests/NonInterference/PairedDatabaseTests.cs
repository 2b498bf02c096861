using Interop.Demo;
using Interop.Server.Tests.Host;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// The channels of the non-interference table, one test each. The hospital holds an intermediate consent of patient p1, p2 has said
/// nothing (basic by agreement), p3 denied everything and is therefore in one of the databases only.
/// </summary>
public sealed class PairedDatabaseTests : IAsyncLifetime
{
    private const string Program = "crisis-program";
    private const string OpioidUse = "75544000";
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly DemoCaller Police = DemoCaller.All.Single(caller => caller.Name == "police");
    private PairedServers pair = null!;

    public async Task InitializeAsync()
    {
        pair = await PairedServers.StartAsync();
        await pair.BothAsync(
            Program,
            Fixtures.Organization(Program, "crisis-program"),
            Fixtures.Organization("city-hospital", "hospital"),
            Fixtures.Organization("city-police", "police"),
            Fixtures.Agreement("city-hospital"),
            Fixtures.Agreement("city-police", "basic", ["OVRPS"]));
        await pair.HiddenAsync(
            Program, Fixtures.Patient("p3", "Verborgen"), Fixtures.Consent("deny", "p3", "city-hospital", type: "deny", tier: "basic"));
        await pair.BothAsync(
            Program, Fixtures.Patient("p1", "Alpha"), Fixtures.Patient("p2", "Beta"), Fixtures.Consent("c1", "p1", "city-hospital"));
        await pair.BothAsync(Program, Fixtures.Condition("seen1", "p1"));
        await pair.HiddenAsync(
            Program,
            Fixtures.Condition("hidden-label", "p1", OpioidUse),
            Fixtures.Condition("hidden-tier", "p2"),
            Fixtures.Condition("hidden-patient", "p3"),
            Fixtures.Encounter("hidden-encounter", "p3"),
            Fixtures.ReferralTask("hidden-task", "p3", "none", owner: Program),
            """{"resourceType":"CareTeam","id":"hidden-team","status":"active","subject":{"reference":"Patient/p3"}}""");
        await pair.VariantsAsync(Program, Risk("r1", "p2", 0.9), Risk("r1", "p2", 0.1));
        await pair.BothAsync(
            Program, Fixtures.Condition("seen2", "p1"), Fixtures.Condition("seen3", "p1"), Risk("r2", "p1", 0.5), Fixtures.Encounter(
                "e1", "p1"));
    }

    public async Task DisposeAsync() => await pair.DisposeAsync();

    [Fact]
    public async Task Channel_1_reading_what_is_hidden_is_like_reading_what_is_not_there()
    {
        foreach (var path
            in new[]
            {
                "Condition/hidden-label", "Condition/hidden-tier", "Patient/p3", "Encounter/hidden-encounter", "Task/hidden-task",
                "CareTeam/hidden-team"
            })
        {
            Assert.StartsWith("404", await pair.SameAsync(Hospital, path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Channel_2_what_was_hidden_and_is_deleted_was_never_there()
    {
        using (var navigator = pair.With.As("navigator"))
        {
            using var deleted = await navigator.DeleteAsync(new Uri("Condition/hidden-tier", UriKind.Relative));
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        Assert.StartsWith("404", await pair.SameAsync(Hospital, "Condition/hidden-tier"), StringComparison.Ordinal);
        await pair.SameAsync(Hospital, "Condition/hidden-tier/_history");
    }

    [Fact]
    public async Task Channel_3_versions_that_changed_nothing_visible_are_not_in_the_history()
    {
        pair.Advance(TimeSpan.FromMinutes(5));
        await pair.HiddenAsync(
            Program, Fixtures.Condition("seen1", "p1").Replace("only at full", "changed where nobody sees", StringComparison.Ordinal));

        Assert.Contains("\"total\":1", await pair.SameAsync(Hospital, "Condition/seen1/_history"), StringComparison.Ordinal);
        await pair.SameAsync(Hospital, "Condition/seen1/_history/2");
        await pair.SameAsync(Hospital, "Condition/seen1");
    }

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
    public async Task Channel_5_a_hidden_element_cannot_be_searched(string path) => await pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("AuditEvent")]
    [InlineData("Provenance")]
    [InlineData("Basic")]
    [InlineData("Group")]
    public async Task Channel_6_a_type_that_is_in_no_tier_is_an_empty_answer(string type)
    {
        await pair.HiddenAsync(
            Program,
            """{"resourceType":"Provenance","id":"pv","target":["""
                + """{"reference":"Condition/seen1"}],"recorded":"2026-11-22T12:00:00Z","agent":[{"who":"""
                + """{"reference":"Organization/crisis-program"}}]}""",
            """{"resourceType":"Basic","id":"b","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""",
            """{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/p1"}}]}""");

        Assert.StartsWith("200", await pair.SameAsync(Hospital, type + "?_total=accurate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient?_has:Condition:patient:code=75544000")]
    [InlineData("Patient?_has:Condition:patient:code=38341003&_sort=family")]
    [InlineData("Patient?_has:RiskAssessment:subject:probability=gt0.5")]
    [InlineData("Condition?subject:Patient.family=Verborgen")]
    [InlineData("Condition?patient.family=Alpha&_sort=_id")]
    [InlineData("Condition?encounter.status=in-progress")]
    public async Task Channel_7_chains_and_reverse_chains_see_what_the_caller_sees(string path) => await pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Patient?_id=p1&_revinclude=Condition:patient")]
    [InlineData("Patient?_revinclude=Condition:subject&_revinclude=RiskAssessment:subject")]
    [InlineData("Condition?_include=Condition:subject&_include=Condition:encounter")]
    public async Task Channel_8_includes_bring_only_what_is_visible(string path) => await pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("RiskAssessment?_sort=probability")]
    [InlineData("RiskAssessment?_sort=-probability")]
    [InlineData("Condition?_sort=-recorded-date")]
    [InlineData("Patient?_sort=-_lastUpdated,family")]
    public async Task Channel_9_order_is_not_decided_by_what_is_hidden(string path) => await pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Condition?_total=accurate", 3)]
    [InlineData("Condition?_summary=count", 3)]
    [InlineData("Patient?_total=accurate&_count=1", 2)]
    [InlineData("Condition?_total=estimate&code=75544000", 0)]
    public async Task Channel_10_totals_count_what_is_visible(string path, int total) =>
        Assert.Contains($"\"total\":{total}", await pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_11_pages_are_full_and_end_where_the_view_ends()
    {
        var path = "Condition?_count=1&_total=accurate";
        for (var page = 0; page < 3; page++)
        {
            var answer = await pair.SameAsync(Hospital, path);
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
        var next = NextOf(await pair.SameAsync(Hospital, "Condition?_count=1"));

        var foreign = await pair.SameAsync(Police with { Scope = "system/*.rs" }, next);
        var garbage = await pair.SameAsync(Police with { Scope = "system/*.rs" }, "Condition?_count=1&_cursor=AAAA");
        var moved = await pair.SameAsync(Hospital, next.Replace("_count=1", "_count=1&code=75544000", StringComparison.Ordinal));

        Assert.StartsWith("400", foreign, StringComparison.Ordinal);
        Assert.Equal(garbage, foreign);
        Assert.StartsWith("400", moved, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Condition?_text=only")]
    [InlineData("Condition?_content=full")]
    public async Task Channel_13_text_search_is_refused_whatever_the_data(string path) =>
        Assert.StartsWith("400", await pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_14_an_edit_of_hidden_elements_moves_neither_version_nor_time()
    {
        pair.Advance(TimeSpan.FromHours(1));
        await pair.HiddenAsync(Program, Risk("r1", "p2", 0.7));

        Assert.Contains("ETag", await pair.SameAsync(Hospital, "RiskAssessment/r1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_15_conditions_on_versions_compare_the_view()
    {
        var tag = HeaderOf(await pair.SameAsync(Hospital, "RiskAssessment/r1"), "ETag");
        pair.Advance(TimeSpan.FromHours(1));
        await pair.HiddenAsync(Program, Risk("r1", "p2", 0.7));

        var answer = await pair.SameAsync(Hospital, () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri("RiskAssessment/r1", UriKind.Relative));
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            return request;
        });

        Assert.StartsWith("304", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_16_lastUpdated_is_that_of_the_view()
    {
        pair.Advance(TimeSpan.FromHours(1));
        await pair.HiddenAsync(Program, Risk("r1", "p2", 0.7), Fixtures.Condition("hidden-later", "p2"));

        foreach (var path
            in new[]
            {
                "RiskAssessment?_lastUpdated=gt2026-11-22T12:30:00Z", "RiskAssessment?_sort=-_lastUpdated",
                "Condition?_lastUpdated=ge2026-11-22T12:30:00Z"
            })
        {
            await pair.SameAsync(Hospital, path);
        }
    }

    [Theory]
    [InlineData("hidden-label")]
    [InlineData("hidden-tier")]
    [InlineData("hidden-patient")]
    public async Task Channel_17_writing_to_a_hidden_id_is_like_writing_to_an_unknown_one(string id) =>
        Assert.StartsWith(
            "404", await pair.SameAsync(Hospital, () => Put($"Condition/{id}", Fixtures.Condition(id, "p1"))), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_18_a_condition_on_create_does_not_match_what_is_hidden()
    {
        var answer = await pair.SameAsync(
            Hospital,
            () =>
            {
                var request = Post("Condition", Fixtures.Condition("x", "p1"));
                request.Headers.TryAddWithoutValidation("If-None-Exist", "code=75544000");
                return request;
            },
            ignoresNewIds: true);

        Assert.StartsWith("201", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_19_a_reference_to_what_is_hidden_is_refused_like_one_to_nothing()
    {
        var hidden = await pair.SameAsync(Hospital, () => Post("Condition", Fixtures.Condition("x", "p3")));
        var unknown = await pair.SameAsync(Hospital, () => Post("Condition", Fixtures.Condition("x", "p3".Replace('3', '9'))));

        Assert.StartsWith("422", hidden, StringComparison.Ordinal);
        Assert.Equal(unknown, hidden);
    }

    [Fact]
    public async Task Channel_25_a_batch_is_judged_entry_by_entry()
    {
        const string Batch = """
            {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/p3"}},{"request":{"method":"GET",
            "url":"Condition?code=75544000"}},{"request":{"method":"GET","url":"Patient/p1"}}]}
            """;

        Assert.StartsWith("200", await pair.SameAsync(Hospital, () => Post("", Batch)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_27_narrative_contained_extension_display_and_note_do_not_leave()
    {
        const string Rich = """
            {"resourceType":"Condition","id":"rich","text":{"status":"generated",
            "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">secret text</div>"},"contained":[{"resourceType":"Practitioner","id":"a",
            "name":[{"family":"secret contained"}]}],"extension":[{"url":"http://example.org/x","valueString":"secret extension"}],
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}]},"subject":{"reference":"Patient/p1",
            "display":"secret display"},"asserter":{"reference":"#a"},"note":[{"text":"secret note"}]}
            """;
        const string Plain = """
            {"resourceType":"Condition","id":"rich","code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}]},
            "subject":{"reference":"Patient/p1","display":"other"}}
            """;
        await pair.VariantsAsync(Program, Rich, Plain);

        Assert.DoesNotContain("secret", await pair.SameAsync(Hospital, "Condition/rich"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_28_references_to_what_is_hidden_are_gone()
    {
        await pair.VariantsAsync(
            Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-encounter"), Fixtures.Condition("pointing", "p1"));
        await pair.VariantsAsync(Program, Team(", {\"member\":{\"reference\":\"Patient/p3\"} }"), Team(""));

        Assert.DoesNotContain("hidden-encounter", await pair.SameAsync(Hospital, "Condition/pointing"), StringComparison.Ordinal);
        await pair.SameAsync(Hospital, "CareTeam/team");
        await pair.SameAsync(Hospital, "Condition?encounter:missing=true&_total=accurate");
        await pair.SameAsync(Hospital, "Condition?encounter=hidden-encounter");
    }

    [Fact]
    public async Task Channel_29_consents_that_do_not_name_the_caller_are_not_there()
    {
        await pair.HiddenAsync(Program, Fixtures.Consent("other", "p1", "family-services"));

        Assert.DoesNotContain("family-services", await pair.SameAsync(Hospital, "Consent?_total=accurate"), StringComparison.Ordinal);
        await pair.SameAsync(Hospital, "Consent/other");
        await pair.SameAsync(Hospital, "Consent?patient=p1&_sort=-date");
    }

    [Fact]
    public async Task Channel_30_nothing_marks_what_was_taken_out()
    {
        foreach (var path in new[] { "Patient/p2", "RiskAssessment/r1", "Condition/seen1", "Condition?patient=p1" })
        {
            var answer = await pair.SameAsync(Hospital, path);
            Assert.DoesNotContain("SUBSETTED", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("masked", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("REDACTED", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Patient?phone=555-0100&_total=accurate")]
    [InlineData("Patient?name=ana&birthdate=1988-02-29&_total=accurate")]
    [InlineData("Patient?_id=p3")]
    public async Task Channel_31_a_hidden_person_cannot_be_found_by_name_or_number(string path) => await pair.SameAsync(Hospital, path);

    [Theory]
    [InlineData("Condition?nonsense=1")]
    [InlineData("Condition?onset-date=yesterday")]
    [InlineData("Nonsense/p3")]
    [InlineData("Condition/p3/nonsense")]
    [InlineData("Condition/_bad_id_")]
    public async Task Channel_32_error_texts_are_fixed(string path) =>
        Assert.StartsWith("4", await pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_36_the_capability_statement_is_the_same_for_all_data() => await pair.SameAsync(Hospital, "metadata");

    [Theory]
    [InlineData("Condition?_security=http://terminology.hl7.org/CodeSystem/v3-ActCode|SUD")]
    [InlineData("Condition?_security:missing=false")]
    [InlineData("Patient?_security=R")]
    public async Task Channel_37_labels_cannot_be_searched_for(string path)
    {
        await pair.HiddenAsync(
            Program,
            Fixtures.Condition("tagged", "p2")
                .Replace(
                    "\"id\":\"tagged\"",
                    "\"id\":\"tagged\",\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\","
                        + "\"code\":\"R\"}]}",
                    StringComparison.Ordinal));

        await pair.SameAsync(Hospital, path);
    }

    [Fact]
    public async Task Channel_39_every_way_to_ask_gives_the_same()
    {
        var get = await pair.SameAsync(Hospital, "Condition?code=75544000&_total=accurate");
        var post = await pair.SameAsync(Hospital, () => new(HttpMethod.Post, new Uri("Condition/_search", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent([new("code", "75544000"), new("_total", "accurate")]),
        });
        Assert.Equal(get, post);
        foreach (var path in new[] { "Patient/p3", "Condition/hidden-label", "Condition" })
        {
            await pair.SameAsync(Hospital, () => new(HttpMethod.Head, new Uri(path, UriKind.Relative)));
            await pair.SameAsync(Hospital, () => new(HttpMethod.Options, new Uri(path, UriKind.Relative)));
            await pair.SameAsync(Hospital, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_format=xml");
            await pair.SameAsync(Hospital, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "_format=json");
        }
    }

    [Theory]
    [InlineData("Condition/pointing")]
    [InlineData("Condition/pointing/_history")]
    [InlineData("Condition?_lastUpdated=gt2026-11-22T12:01:00Z")]
    public async Task Channel_14_a_hidden_reference_that_changes_is_no_change(string path)
    {
        await pair.HiddenAsync(Program, Fixtures.Encounter("hidden-too", "p3"));
        await pair.BothAsync(Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-encounter"));
        pair.Advance(TimeSpan.FromMinutes(5));
        await pair.HiddenAsync(Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-too"));

        await pair.SameAsync(Hospital, path);
    }

    [Fact]
    public async Task A_place_of_two_patients_of_whom_one_is_hidden_is_not_there()
    {
        await pair.HiddenAsync(
            Program,
            """
            {"resourceType":"Location","id":"two","extension":[{"url":"URL","valueReference":{"reference":"Patient/p1"}},
            {"url":"URL","valueReference":{"reference":"Patient/p3"}}],"name":"home"}
            """.Replace("URL", Fixtures.Base + "/StructureDefinition/location-subject", StringComparison.Ordinal));

        Assert.StartsWith("404", await pair.SameAsync(Hospital, "Location/two"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/p1")]
    [InlineData("Patient/p3")]
    [InlineData("Patient?family=Verborgen")]
    [InlineData("Condition?patient=p1&_total=accurate")]
    [InlineData("Encounter?_total=accurate")]
    public async Task Police_reads_no_person_at_all(string path) => await pair.SameAsync(Police, path);

    private static string Risk(string id, string patient, double probability) => $$"""
        {"resourceType":"RiskAssessment","id":"{{id}}","status":"final","subject":{"reference":"Patient/{{patient}}"},
        "occurrenceDateTime":"2026-11-20T10:30:00Z","prediction":[{"outcome":{"text":"self-harm"},
        "probabilityDecimal":{{probability.ToString(System.Globalization.CultureInfo.InvariantCulture)}},"qualitativeRisk":{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/risk-probability","code":"moderate"}]} }]}
        """;

    private static string Team(string more) => $$"""
        {"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/p1"},"participant":[
        {"member":{"reference":"Organization/city-hospital"} }{{more}}]}
        """;

    private static HttpRequestMessage Put(string path, string json) =>
        new(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = Answers.Fhir(json) };

    private static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = Answers.Fhir(json) };

    private static string HeaderOf(string answer, string name) =>
        answer.Split('\n').Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..].Trim();

    private static string NextOf(string answer)
    {
        var marker = "\"relation\":\"next\",\"url\":\"" + RunningServer.PublicUrl + "/";
        var start = answer.IndexOf(marker, StringComparison.Ordinal) + marker.Length;
        return System.Text.RegularExpressions.Regex.Unescape(answer[start..answer.IndexOf('"', start)]);
    }
}
