using System.Text.Json;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Outcomes;

/// <summary>What became of an encounter is said with yes or no, and what nobody has said is on a list.</summary>
public class OutcomeTests : SceneTests
{
    private const string Codes = $"{Fixtures.Base}/CodeSystem/crisis-observation";
    private static readonly string[] All = ["arrest", "force-used", "police-backup-requested", "ed-transport", "jail-booking", "injury"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Patient("ana"), Fixtures.Patient("ben"), Fixtures.Encounter("visit", "ana"), Fixtures.Encounter("other", "ben"),
        Fixtures.Encounter("old", "ben"),
    ];

    [Fact]
    public async Task What_is_not_said_of_a_finished_encounter_is_owed_until_it_is()
    {
        using var staff = Server.As("navigator");
        Assert.Empty(await OwedAsync(staff));
        await EndAsync(staff, "visit", "ana");

        var task = Assert.Single(await OwedAsync(staff));
        Assert.Equal($"Not said yet: {string.Join(", ", All)}", Missing(task));

        // Nobody's word ends it, and a plan to say it doesn't either.
        using (var claimed = await staff.ChangeAsync($"Task/{task.Text("id")}", it => it["status"] = "completed"))
        {
            Assert.Equal("Task.status", Element(await claimed.OutcomeAsync(422)));
        }

        foreach (var code in All[..4])
        {
            await staff.CreatedAsync("Observation", Declared(Fact("ana", "visit", code, "\"valueBoolean\":false")));
        }

        Assert.Equal("Not said yet: jail-booking, injury", Missing(Assert.Single(await OwedAsync(staff))));
        var unknown = await staff.CreatedAsync("Observation", Declared(Fact(
            "ana", "visit", "jail-booking", """
            "dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}
            """)));
        var injury = await staff.CreatedAsync("Observation", Fact("ana", "visit", "injury", "\"valueBoolean\":true"));
        Assert.Empty(await OwedAsync(staff));
        Assert.Equal("completed", (await staff.GetJsonAsync($"Task/{task.Text("id")}")).Text("status"));

        // What was said in error is owed again, and so is what was deleted.
        using (var taken = await staff.ChangeAsync(injury, it => it["status"] = "entered-in-error"))
        {
            Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync());
        }

        Assert.Equal("Not said yet: injury", Missing(Assert.Single(await OwedAsync(staff))));
        using (var deleted = await staff.DeleteAsync(new Uri(unknown, UriKind.Relative)))
        {
            Assert.True(deleted.IsSuccessStatusCode);
        }

        Assert.Equal("Not said yet: jail-booking, injury", Missing(Assert.Single(await OwedAsync(staff))));

        // An encounter that was none owes nothing.
        using var wrong = await staff.ChangeAsync("Encounter/visit", it => it["status"] = "entered-in-error");
        Assert.True(wrong.IsSuccessStatusCode, await wrong.Content.ReadAsStringAsync());
        Assert.Empty(await OwedAsync(staff));
    }

    [Fact]
    public async Task A_fact_that_could_not_be_counted_is_refused_with_its_element()
    {
        using var staff = Server.As("navigator");
        foreach (var (json, element) in new[]
        {
            (Fact("ana", "visit", "arrested", "\"valueBoolean\":true"), "Observation.code"),
            (Fact("ana", "visit", "arrest", "\"valueString\":\"no\""), "Observation.value[x]"),
            (Fact("ana", "visit", "arrest", "\"note\":[{\"text\":\"No arrest.\"}]"), "Observation.value[x]"),
            (Fact("ana", "visit", "arrest", "\"valueBoolean\":true", "preliminary"), "Observation.status"),
            (Fact("ana", null, "arrest", "\"valueBoolean\":true"), "Observation.encounter"),
            (Fact(null, "visit", "arrest", "\"valueBoolean\":true"), "Observation.subject"),
            (Fact("ana", "other", "arrest", "\"valueBoolean\":true"), "Observation.encounter"),
        })
        {
            using var answer = await staff.PostFhirAsync("Observation", json);
            Assert.Equal(element, Element(await answer.OutcomeAsync(422)));
        }

        // One encounter has one answer; who was wrong corrects it.
        var said = await staff.CreatedAsync("Observation", Fact("ana", "visit", "arrest", "\"valueBoolean\":false"));
        using (var again = await staff.PostFhirAsync("Observation", Fact("ana", "visit", "arrest", "\"valueBoolean\":true")))
        {
            var issue = await again.OutcomeAsync(422);
            Assert.Contains(said, issue.Text("diagnostics"), StringComparison.Ordinal);
        }

        using var corrected = await staff.ChangeAsync(
            said,
            it =>
            {
                it["status"] = "corrected";
                it["valueBoolean"] = true;
            });
        Assert.True(corrected.IsSuccessStatusCode, await corrected.Content.ReadAsStringAsync());
        Assert.Single((await staff.GetJsonAsync($"Observation?code={Codes}|arrest")).Keys());
    }

    [Fact]
    public async Task What_is_no_encounter_of_today_owes_nothing()
    {
        using var staff = Server.As("navigator");
        using var old = await staff.PutFhirAsync("Encounter/old", Fixtures.Encounter("old", "ben", "finished")
            .Replace("2026-11-20T11:00:00Z", "2026-11-10T12:00:00Z", StringComparison.Ordinal)
            .Replace("2026-11-20T10:00:00Z", "2026-11-10T11:00:00Z", StringComparison.Ordinal));
        Assert.True(old.IsSuccessStatusCode, await old.Content.ReadAsStringAsync());
        Assert.Empty(await OwedAsync(staff));
    }

    private static async Task EndAsync(HttpClient staff, string encounter, string patient)
    {
        using var ended = await staff.PutFhirAsync($"Encounter/{encounter}", FollowUpWork.Finished(encounter, patient));
        Assert.True(ended.IsSuccessStatusCode, await ended.Content.ReadAsStringAsync());
    }

    private static async Task<List<JsonElement>> OwedAsync(HttpClient staff)
    {
        var found = await staff.GetJsonAsync("Task?code=outcome-facts&status=requested");
        return found.TryGetProperty("entry", out var entries)
            ? [.. entries.EnumerateArray().Select(entry => entry.GetProperty("resource"))]
            : [];
    }

    private static string Missing(JsonElement task) => task.GetProperty("businessStatus").Text("text");

    private static string Element(JsonElement issue) => issue.GetProperty("expression")[0].GetString()!;

    private static string Declared(string fact) => fact.Replace(
        "\"status\"",
        $"\"meta\":{{\"profile\":[\"{Fixtures.Base}/StructureDefinition/encounter-outcome\"]}},\"status\"",
        StringComparison.Ordinal);

    private static string Fact(string? patient, string? encounter, string code, string value, string status = "final") => $$"""
        {"resourceType":"Observation","status":"{{status}}","code":{"coding":[{"system":"{{Codes}}","code":"{{code}}"}]},
        {{(patient is null ? "" : $"\"subject\":{{\"reference\":\"Patient/{patient}\"}},")}}
        {{(encounter is null ? "" : $"\"encounter\":{{\"reference\":\"Encounter/{encounter}\"}},")}}
        {{value}}}
        """;
}
