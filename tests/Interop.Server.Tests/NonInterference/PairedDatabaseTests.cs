namespace Interop.Server.Tests.NonInterference;

/// <summary>The channels of the non-interference table, one test each, of which many change what is there.</summary>
public partial class PairedDatabaseTests : PairedScene
{
    public override async Task InitializeAsync() => Pair = await StartAsync();

    public override async Task DisposeAsync() => await Pair.DisposeAsync();

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
            Assert.StartsWith("404", await Pair.SameAsync(Hospital, path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Channel_2_what_was_hidden_and_is_deleted_was_never_there()
    {
        using (var navigator = Pair.With.As("navigator"))
        {
            using var deleted = await navigator.DeleteAsync(new Uri("Condition/hidden-tier", UriKind.Relative));
            Assert.Equal(204, (int)deleted.StatusCode);
        }

        Assert.StartsWith("404", await Pair.SameAsync(Hospital, "Condition/hidden-tier"), StringComparison.Ordinal);
        await Pair.SameAsync(Hospital, "Condition/hidden-tier/_history");
    }

    [Fact]
    public async Task Channel_3_versions_that_changed_nothing_visible_are_not_in_the_history()
    {
        Pair.Advance(TimeSpan.FromMinutes(5));
        await Pair.HiddenAsync(
            Program, Fixtures.Condition("seen1", "p1").Replace("only at full", "changed where nobody sees", StringComparison.Ordinal));

        Assert.Contains("\"total\":1", await Pair.SameAsync(Hospital, "Condition/seen1/_history"), StringComparison.Ordinal);
        await Pair.SameAsync(Hospital, "Condition/seen1/_history/2");
        await Pair.SameAsync(Hospital, "Condition/seen1");
    }

    [Fact]
    public async Task Channel_14_an_edit_of_hidden_elements_moves_neither_version_nor_time()
    {
        Pair.Advance(TimeSpan.FromHours(1));
        await Pair.HiddenAsync(Program, Risk("r1", "p2", 0.7));

        Assert.Contains("ETag", await Pair.SameAsync(Hospital, "RiskAssessment/r1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_15_conditions_on_versions_compare_the_view()
    {
        var tag = HeaderOf(await Pair.SameAsync(Hospital, "RiskAssessment/r1"), "ETag");
        Pair.Advance(TimeSpan.FromHours(1));
        await Pair.HiddenAsync(Program, Risk("r1", "p2", 0.7));

        var answer = await Pair.SameAsync(Hospital, () =>
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
        Pair.Advance(TimeSpan.FromHours(1));
        await Pair.HiddenAsync(Program, Risk("r1", "p2", 0.7), Fixtures.Condition("hidden-later", "p2"));

        foreach (var path
            in new[]
            {
                "RiskAssessment?_lastUpdated=gt2026-11-22T12:30:00Z", "RiskAssessment?_sort=-_lastUpdated",
                "Condition?_lastUpdated=ge2026-11-22T12:30:00Z"
            })
        {
            await Pair.SameAsync(Hospital, path);
        }
    }

    [Theory]
    [InlineData("hidden-label")]
    [InlineData("hidden-tier")]
    [InlineData("hidden-patient")]
    public async Task Channel_17_writing_to_a_hidden_id_is_like_writing_to_an_unknown_one(string id) =>
        Assert.StartsWith(
            "404", await Pair.SameAsync(Hospital, () => Put($"Condition/{id}", Fixtures.Condition(id, "p1"))), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_18_a_condition_on_create_does_not_match_what_is_hidden()
    {
        var answer = await Pair.SameAsync(
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
        var hidden = await Pair.SameAsync(Hospital, () => Post("Condition", Fixtures.Condition("x", "p3")));
        var unknown = await Pair.SameAsync(Hospital, () => Post("Condition", Fixtures.Condition("x", "p3".Replace('3', '9'))));

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

        Assert.StartsWith("200", await Pair.SameAsync(Hospital, () => Post("", Batch)), StringComparison.Ordinal);
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
        await Pair.VariantsAsync(Program, Rich, Plain);

        Assert.DoesNotContain("secret", await Pair.SameAsync(Hospital, "Condition/rich"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_28_references_to_what_is_hidden_are_gone()
    {
        await Pair.VariantsAsync(
            Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-encounter"), Fixtures.Condition("pointing", "p1"));
        await Pair.VariantsAsync(Program, Team(", {\"member\":{\"reference\":\"Patient/p3\"} }"), Team(""));

        Assert.DoesNotContain("hidden-encounter", await Pair.SameAsync(Hospital, "Condition/pointing"), StringComparison.Ordinal);
        await Pair.SameAsync(Hospital, "CareTeam/team");
        await Pair.SameAsync(Hospital, "Condition?encounter:missing=true&_total=accurate");
        await Pair.SameAsync(Hospital, "Condition?encounter=hidden-encounter");
    }

    [Fact]
    public async Task Channel_29_consents_that_do_not_name_the_caller_are_not_there()
    {
        await Pair.HiddenAsync(Program, Fixtures.Consent("other", "p1", "family-services"));

        Assert.DoesNotContain("family-services", await Pair.SameAsync(Hospital, "Consent?_total=accurate"), StringComparison.Ordinal);
        await Pair.SameAsync(Hospital, "Consent/other");
        await Pair.SameAsync(Hospital, "Consent?patient=p1&_sort=-date");
    }

    [Fact]
    public async Task Channel_30_nothing_marks_what_was_taken_out()
    {
        foreach (var path in new[] { "Patient/p2", "RiskAssessment/r1", "Condition/seen1", "Condition?patient=p1" })
        {
            var answer = await Pair.SameAsync(Hospital, path);
            Assert.DoesNotContain("SUBSETTED", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("masked", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("REDACTED", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Condition?nonsense=1")]
    [InlineData("Condition?onset-date=yesterday")]
    [InlineData("Nonsense/p3")]
    [InlineData("Condition/p3/nonsense")]
    [InlineData("Condition/_bad_id_")]
    public async Task Channel_32_error_texts_are_fixed(string path) =>
        Assert.StartsWith("4", await Pair.SameAsync(Hospital, path), StringComparison.Ordinal);

    [Fact]
    public async Task Channel_36_the_capability_statement_is_the_same_for_all_data() => await Pair.SameAsync(Hospital, "metadata");

    [Theory]
    [InlineData("Condition/pointing")]
    [InlineData("Condition/pointing/_history")]
    [InlineData("Condition?_lastUpdated=gt2026-11-22T12:01:00Z")]
    public async Task Channel_14_a_hidden_reference_that_changes_is_no_change(string path)
    {
        await Pair.HiddenAsync(Program, Fixtures.Encounter("hidden-too", "p3"));
        await Pair.BothAsync(Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-encounter"));
        Pair.Advance(TimeSpan.FromMinutes(5));
        await Pair.HiddenAsync(Program, Fixtures.Condition("pointing", "p1", encounter: "hidden-too"));

        await Pair.SameAsync(Hospital, path);
    }

    [Fact]
    public async Task A_place_of_two_patients_of_whom_one_is_hidden_is_not_there()
    {
        await Pair.HiddenAsync(
            Program,
            """
            {"resourceType":"Location","id":"two","extension":[{"url":"URL","valueReference":{"reference":"Patient/p1"}},
            {"url":"URL","valueReference":{"reference":"Patient/p3"}}],"name":"home"}
            """.Replace("URL", Fixtures.Base + "/StructureDefinition/location-subject", StringComparison.Ordinal));

        Assert.StartsWith("404", await Pair.SameAsync(Hospital, "Location/two"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient/p1")]
    [InlineData("Patient/p3")]
    [InlineData("Patient?family=Verborgen")]
    [InlineData("Condition?patient=p1&_total=accurate")]
    [InlineData("Encounter?_total=accurate")]
    public async Task Police_reads_no_person_at_all(string path) => await Pair.SameAsync(Police, path);

    private static string Team(string more) => $$"""
        {"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/p1"},"participant":[
        {"member":{"reference":"Organization/city-hospital"} }{{more}}]}
        """;

    private static string HeaderOf(string answer, string name) =>
        answer.Split('\n').Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..].Trim();
}
