using System.Text.Json;

namespace Interop.Server.Tests.FollowUp;

/// <summary>An attempt is written once, as a Communication, and moves the follow-up by itself.</summary>
public class ContactAttemptTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Patient("p2"),
        Fixtures.Encounter("e1", "p1"),
        Fixtures.Encounter("e2", "p2"),
    ];

    [Theory]
    [InlineData("VR")]
    [InlineData("FLD")]
    public async Task Who_is_reached_in_an_encounter_is_followed_up(string kind)
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        using (await navigator.PostFhirAsync("Communication", FollowUpWork.Attempt(task, "p1", "left-message")))
        {
        }

        var contact = await navigator.CreatedAsync("Encounter", FollowUpWork.Contact("p1", kind, "in-progress"));
        var attempt = await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "reached", contact));

        var done = await navigator.GetJsonAsync(task);
        Assert.Equal("completed", done.Text("status"));
        var outputs = done.GetProperty("output").EnumerateArray()
            .Select(output => output.GetProperty("valueReference").Text("reference")).ToList();
        Assert.Equal([attempt, contact], outputs[1..]);

        using var over = await navigator.ChangeAsync(contact, encounter => encounter["status"] = "finished");
        Assert.Equal(200, (int)over.StatusCode);
        Assert.Empty((await navigator.GetJsonAsync($"Task?code=follow-up-48h&encounter={contact}")).Keys());
        using var late = await navigator.PostFhirAsync("Communication", FollowUpWork.Attempt(task, "p1", "no-answer"));
        Assert.Equal("Communication.basedOn", Element(await late.OutcomeAsync(422)));
    }

    [Fact]
    public async Task Contact_and_attempt_may_come_in_one_Bundle_in_any_order()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var attempt = FollowUpWork.Attempt(task, "p1", "reached", "urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0a01");
        var bundle = $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0a02","resource":{{attempt}},
            "request":{"method":"POST","url":"Communication"} },
            {"fullUrl":"urn:uuid:5b8d0c9a-7d4f-4f0e-9c7b-0f6f6d6f0a01","resource":{{FollowUpWork.Contact("p1")}},
            "request":{"method":"POST","url":"Encounter"} }]}
            """;

        using var answer = await navigator.PostFhirAsync(string.Empty, bundle);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal("completed", (await navigator.GetJsonAsync(task)).Text("status"));
        var open = await navigator.GetJsonAsync("Task?code=follow-up-48h&status=requested,accepted,in-progress");
        Assert.Empty(open.Keys());
    }

    [Fact]
    public async Task The_third_attempt_in_vain_ends_it_with_the_reason()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        foreach (var (outcome, status) in new[] { ("no-answer", "in-progress"), ("left-message", "in-progress"), ("no-answer", "failed") })
        {
            await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", outcome));
            Assert.Equal(status, (await navigator.GetJsonAsync(task)).Text("status"));
        }

        Assert.Equal("not-reached", Reason(await navigator.GetJsonAsync(task)));
    }

    [Fact]
    public async Task An_attempt_that_was_an_error_does_not_count()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var wrong = await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "no-answer"));
        using var other = await navigator.ChangeAsync(
            wrong, attempt => attempt["statusReason"]!["coding"]![0]!["code"] = "reached");
        Assert.Equal("Communication.status", Element(await other.OutcomeAsync(422)));

        using var error = await navigator.ChangeAsync(wrong, attempt => attempt["status"] = "entered-in-error");
        Assert.True(error.IsSuccessStatusCode, await error.Content.ReadAsStringAsync());
        await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "no-answer"));
        await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "no-answer"));

        Assert.Equal("in-progress", (await navigator.GetJsonAsync(task)).Text("status"));
    }

    [Fact]
    public async Task Who_refuses_is_left_alone()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");

        await navigator.CreatedAsync("Communication", FollowUpWork.Attempt(task, "p1", "refused"));

        var ended = await navigator.GetJsonAsync(task);
        Assert.Equal(("failed", "refused"), (ended.Text("status"), Reason(ended)));
    }

    [Theory]
    [InlineData("reached", null, "completed", "p1", "Communication.encounter")]
    [InlineData("reached", "Encounter/e1", "completed", "p1", "Communication.encounter")]
    [InlineData("reached", "Encounter/e2", "completed", "p1", "Communication.encounter")]
    [InlineData("left-message", null, "not-done", "p1", "Communication.status")]
    [InlineData("no-answer", null, "in-progress", "p1", "Communication.status")]
    [InlineData("no-answer", null, "completed", "p2", "Communication.subject")]
    public async Task What_is_no_whole_attempt_is_refused_and_moves_nothing(
        string outcome, string? encounter, string status, string patient, string element)
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var version = await navigator.VersionAsync(task);

        using var answer = await navigator.PostFhirAsync(
            "Communication", FollowUpWork.Attempt(task, patient, outcome, encounter, status));

        Assert.Equal(element, Element(await answer.OutcomeAsync(422)));
        Assert.Equal(version, await navigator.VersionAsync(task));
        Assert.Empty((await navigator.GetJsonAsync("Communication")).Keys());
    }

    [Fact]
    public async Task A_contact_of_another_class_is_none()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var contact = await navigator.CreatedAsync("Encounter", FollowUpWork.Contact("p1", "EMER", "in-progress"));

        using var answer = await navigator.PostFhirAsync("Communication", FollowUpWork.Attempt(task, "p1", "reached", contact));

        Assert.Equal("Communication.encounter", Element(await answer.OutcomeAsync(422)));
    }

    [Fact]
    public async Task An_outcome_is_one_of_four()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var attempt = FollowUpWork.Attempt(task, "p1", "voicemail").Replace("/contact-attempt", "/none", StringComparison.Ordinal);

        using var answer = await navigator.PostFhirAsync("Communication", attempt);

        Assert.Equal("Communication.statusReason", Element(await answer.OutcomeAsync(422)));
    }

    [Fact]
    public async Task A_partner_learns_of_no_follow_up_by_writing_an_attempt()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await navigator.EndAsync("e1", "p1");

        using var hidden = await hospital.PostFhirAsync("Communication", FollowUpWork.Attempt(task, "p1", "no-answer"));
        using var unknown = await hospital.PostFhirAsync("Communication", FollowUpWork.Attempt("Task/unknown", "p1", "no-answer"));

        Assert.Equal(unknown.StatusCode, hidden.StatusCode);
        Assert.Equal("requested", (await navigator.GetJsonAsync(task)).Text("status"));
    }

    private static string Reason(JsonElement task) => task.GetProperty("statusReason").GetProperty("coding")[0].Text("code");

    private static string Element(JsonElement issue) => issue.GetProperty("expression")[0].GetString()!;
}
