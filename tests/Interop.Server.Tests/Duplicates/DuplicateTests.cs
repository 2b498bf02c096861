using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tasks;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Duplicates;

/// <summary>Two records that may be one person's wait for the privacy officer, who links them or says that they are two.</summary>
public class DuplicateTests : SceneTests
{
    private const string Open = "Task?code=possible-duplicate&status=requested";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"),
        Fixtures.Organization("other-agency", "hospital"), Fixtures.Agreement("other-agency"),
        Person("ana", "Ruiz", "Ana", "1988-02-29"), Person("namesake", "Ruiz", "Ana", "1951-10-01"),
        Fixtures.Consent("yes", "ana", "city-hospital", tier: "intermediate"), Fixtures.Condition("hers", "ana"),
        Fixtures.Consent("no", "namesake", "city-hospital", type: "deny", tier: "basic"),
    ];

    [Fact]
    public async Task What_was_there_before_and_who_shares_but_a_name_is_no_duplicate()
    {
        using var officer = Server.As("privacy");
        using var staff = Server.As("navigator");
        await staff.CreatedAsync("Patient", Person("x", "Ruiz", "Ben", "1988-02-01"));
        await staff.CreatedAsync("Patient", """{"resourceType":"Patient","name":[{"text":"Unknown"}]}""");

        await LookAsync();

        Assert.Empty((await officer.GetJsonAsync(Open)).Keys());
    }

    [Fact]
    public async Task A_person_recorded_again_is_shown_to_the_privacy_officer_alone_and_once()
    {
        using var officer = Server.As("privacy");
        using var staff = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var again = await staff.CreatedAsync("Patient", Person("x", "RUIZ", "Ana María", "1988-02-29", "Ana"));
        await LookAsync();

        var task = Assert.Single((await officer.GetJsonAsync(Open)).Keys());
        var review = await officer.GetJsonAsync(task);
        Assert.Equal((again, "Patient/ana"), (review.GetProperty("focus").Text("reference"), review.GetProperty("for").Text("reference")));
        Assert.Equal("privacy-officer", review.GetProperty("performerType")[0].GetProperty("coding")[0].Text("code"));
        Assert.True(review.GetProperty("restriction").GetProperty("period").TryGetProperty("end", out _));
        Assert.DoesNotContain("Ruiz", review.GetRawText(), StringComparison.OrdinalIgnoreCase);
        foreach (var other in new[] { staff, hospital })
        {
            await (await other.GetAsync(task)).OutcomeAsync(404);
            Assert.Empty((await other.GetJsonAsync(Open)).Keys());
        }

        // What is looked for again is the same pair.
        await ChangedAsync(staff, "Patient/ana", it => it["gender"] = "female");
        await LookAsync();
        Assert.Equal([task], (await officer.GetJsonAsync("Task?code=possible-duplicate")).Keys());

        // Two persons: that stays said.
        foreach (var status in new[] { "accepted", "in-progress", "completed" })
        {
            await ChangedAsync(officer, task, it => it["status"] = status);
        }

        await ChangedAsync(staff, "Patient/ana", it => it["gender"] = "other");
        await LookAsync();
        Assert.Empty((await officer.GetJsonAsync(Open)).Keys());
        Assert.Equal("completed", (await officer.GetJsonAsync(task)).Text("status"));
    }

    [Fact]
    public async Task Records_that_do_not_fit_any_more_or_are_gone_wait_for_nobody_and_may_fit_again()
    {
        using var officer = Server.As("privacy");
        using var staff = Server.As("navigator");
        var again = await staff.CreatedAsync("Patient", Person("x", "Ruiz", "Ana", "1988-02-29"));
        await LookAsync();
        var task = Assert.Single((await officer.GetJsonAsync(Open)).Keys());

        await ChangedAsync(staff, again, it => it["birthDate"] = "1999-12-31");
        await LookAsync();
        Assert.Equal("cancelled", (await officer.GetJsonAsync(task)).Text("status"));

        await ChangedAsync(staff, again, it => it["birthDate"] = "1988-02-29");
        await LookAsync();
        Assert.Equal("requested", (await officer.GetJsonAsync(task)).Text("status"));

        using (var deleted = await staff.DeleteAsync(new Uri(again, UriKind.Relative)))
        {
            Assert.True(deleted.IsSuccessStatusCode);
        }

        await LookAsync();
        Assert.Equal("cancelled", (await officer.GetJsonAsync(task)).Text("status"));
    }

    [Fact]
    public async Task Records_are_merged_as_links_keep_their_consents_and_are_taken_apart_again()
    {
        using var officer = Server.As("privacy");
        using var staff = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var again = await staff.CreatedAsync("Patient", Person("x", "Ruiz", "Ana", "1988-02-29"));
        var id = again.Split('/')[1];
        await staff.CreatedAsync("Condition", Fixtures.Condition("x", id));
        await staff.CreatedAsync("Consent", Fixtures.Consent("x", id, "city-hospital", type: "deny", tier: "basic"));
        await LookAsync();
        var task = Assert.Single((await officer.GetJsonAsync(Open)).Keys());

        await (await officer.PostFhirAsync("Patient/$merge", Both(again, "Patient/ana"))).OutcomeAsync(200);

        var source = await staff.GetJsonAsync(again);
        Assert.False(source.GetProperty("active").GetBoolean());
        Assert.Equal("Patient/ana replaced-by", Link(source));
        Assert.Equal($"{again} replaces", Link(await staff.GetJsonAsync("Patient/ana")));
        await LookAsync();
        Assert.Equal("completed", (await officer.GetJsonAsync(task)).Text("status"));

        // What was consented to for the one record opens nothing of the other, nor tells of it.
        Assert.Single((await hospital.GetJsonAsync("Condition?patient=ana")).Keys());
        Assert.Empty((await hospital.GetJsonAsync($"Condition?patient={again}")).Keys());
        Assert.False((await hospital.GetJsonAsync("Patient/ana")).TryGetProperty("link", out _));

        await (await officer.PostFhirAsync("Patient/$merge", Both(again, "Patient/ana"))).OutcomeAsync(422);
        await (await officer.PostFhirAsync("Patient/$merge", Both("Patient/namesake", again))).OutcomeAsync(422);
        await (await officer.PostFhirAsync("Patient/$unmerge", Both("Patient/ana", again))).OutcomeAsync(422);
        await (await officer.PostFhirAsync("Patient/$unmerge", Both(again, "Patient/ana"))).OutcomeAsync(200);
        Assert.True((await staff.GetJsonAsync(again)).GetProperty("active").GetBoolean());
        Assert.False((await staff.GetJsonAsync(again)).TryGetProperty("link", out _));
        Assert.False((await staff.GetJsonAsync("Patient/ana")).TryGetProperty("link", out _));
    }

    [Fact]
    public async Task Nobody_makes_up_a_pair_and_what_is_replaced_is_not_active()
    {
        using var staff = Server.As("navigator");
        var task = """
            {"resourceType":"Task","status":"requested","intent":"order","code":{"coding":[{"system":"BASE/CodeSystem/crisis-task",
            "code":"possible-duplicate"}]},"for":{"reference":"Patient/ana"},"focus":{"reference":"Patient/namesake"}}
            """.Replace("BASE", Fixtures.Base, StringComparison.Ordinal);
        Assert.Equal("Task.code", await ObjectedAsync(await staff.PostFhirAsync("Task", task)));
        foreach (var other in new[] { """{"reference":"Patient/ana"}""", """{"display":"another record"}""" })
        {
            var replaced = $$"""{"resourceType":"Patient","link":[{"other":{{other}},"type":"replaced-by"}]}""";
            Assert.Equal("Patient.active", await ObjectedAsync(await staff.PostFhirAsync("Patient", replaced)));
        }

        await ChangedAsync(staff, "Patient/namesake", it => it["active"] = false);
        var element = await ObjectedAsync(await staff.PostFhirAsync("Patient/$merge", Both("Patient/ana", "Patient/namesake")));
        Assert.Contains("target-patient", element, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("navigator", """{"name":"source-patient","valueReference":{"reference":"Patient/ana"}}""", 400, "target-patient")]
    [InlineData("navigator", """{"name":"source-patient","valueString":"ana"}""", 400, "source-patient")]
    [InlineData("navigator", """{"name":"preview","valueBoolean":true}""", 400, "preview")]
    [InlineData("navigator", null, 422, "target-patient", "Patient/ana", "Patient/ana")]
    [InlineData("navigator", null, 404, "", "Patient/ana", "Patient/nobody")]
    [InlineData("hospital", null, 403, "", "Patient/ana", "Patient/namesake")]
    public async Task What_can_not_be_merged_says_why_and_changes_nothing(
        string who, string? parameter, int status, string named, string source = "Patient/ana", string target = "Patient/namesake")
    {
        using var caller = Server.As(who);
        using var staff = Server.As("navigator");
        var body = parameter is null
            ? Both(source, target)
            : $$"""{"resourceType":"Parameters","parameter":[{{parameter}}]}""";

        var answer = await caller.PostFhirAsync("Patient/$merge", body);

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status || (status == 403 && (int)answer.StatusCode == 404), $"{answer.StatusCode} {text}");
        Assert.Contains(named, text, StringComparison.Ordinal);
        foreach (var patient in new[] { "Patient/ana", "Patient/namesake" })
        {
            Assert.False((await staff.GetJsonAsync(patient)).TryGetProperty("link", out _));
        }
    }

    private static async Task<string> ObjectedAsync(HttpResponseMessage answer) =>
        (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString()!;

    private Task LookAsync() => Server.Part<Deadlines>().PassAsync(CancellationToken.None);

    private static async Task ChangedAsync(HttpClient client, string resource, Action<JsonNode> change)
    {
        using var answer = await client.ChangeAsync(resource, change);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string Link(JsonElement patient)
    {
        var link = Assert.Single(patient.GetProperty("link").EnumerateArray());
        return $"{link.GetProperty("other").Text("reference")} {link.Text("type")}";
    }

    private static string Both(string source, string target) => $$$"""
        {"resourceType":"Parameters","parameter":[{"name":"source-patient","valueReference":{"reference":"{{{source}}}"}},
        {"name":"target-patient","valueReference":{"reference":"{{{target}}}"}}]}
        """;

    private static string Person(string id, string family, string given, string birthDate, string? alsoGiven = null) => $$"""
        {"resourceType":"Patient","id":"{{id}}","birthDate":"{{birthDate}}",
        "name":[{"family":"{{family}}","given":["{{given}}"{{(alsoGiven is null ? "" : $",\"{alsoGiven}\"")}}]}]}
        """;
}
