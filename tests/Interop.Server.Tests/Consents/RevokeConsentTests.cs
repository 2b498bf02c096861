using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Consents;

/// <summary>One step takes a consent back: for the next request, for the work that rested on it, and with who did it on record.</summary>
public class RevokeConsentTests : SceneTests
{
    private const string Nothing = """{"resourceType":"Parameters"}""";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"), Fixtures.Patient("p2"), Fixtures.Condition("c1", "p1"),
        Fixtures.Consent("yes", "p1", "city-hospital"), Fixtures.Consent("draft", "p1", "city-hospital", status: "draft"),
        Fixtures.Referral("r1", "p1"), Fixtures.ReferralTask("t1", "p1", "r1"),
        Fixtures.Referral("r2", "p1"), Fixtures.ReferralTask("t2", "p1", "r2", status: "accepted"),
        """{"resourceType":"Practitioner","id":"nav1","name":[{"family":"N"}]}""",
    ];

    [Theory]
    [InlineData("Consent/yes/$revoke-consent", Nothing)]
    [InlineData(
        "Consent/$revoke-consent",
        """
        {"resourceType":"Parameters","parameter":[{"name":"consent","valueReference":{"reference":"Consent/yes"}},
        {"name":"patient","valueReference":{"reference":"Patient/p1"}}]}
        """)]
    public async Task What_it_opened_is_closed_and_what_waited_on_it_is_cancelled(string path, string body)
    {
        using var navigator = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "navigator"), ("fhirUser", "Practitioner/nav1"), ("sub", "nav1"));
        using var hospital = Server.As("hospital");
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);

        using var answer = await navigator.PostFhirAsync(path, body);

        Assert.Equal("informational", (await answer.OutcomeAsync(200)).Text("code"));
        await (await hospital.GetAsync("Condition/c1")).OutcomeAsync(404);
        Assert.Equal("inactive", (await navigator.GetJsonAsync("Consent/yes")).Text("status"));
        var task = await navigator.GetJsonAsync("Task/t1");
        Assert.Equal("cancelled", task.Text("status"));
        Assert.Equal("consent-withdrawn", task.GetProperty("statusReason").GetProperty("coding")[0].Text("code"));
        Assert.Equal("accepted", (await navigator.GetJsonAsync("Task/t2")).Text("status"));

        var record = Assert.Single((await navigator.GetJsonAsync("Provenance?target=Consent/yes")).GetProperty("entry").EnumerateArray())
            .GetProperty("resource");
        Assert.Equal(Hosting.Instants.ToText(Hosting.Instants.ToMicroseconds(Server.Clock.GetUtcNow())), record.Text("recorded"));
        var agent = record.GetProperty("agent")[0];
        Assert.Equal("Practitioner/nav1", agent.GetProperty("who").Text("reference"));
        Assert.Equal($"Organization/{Custodian}", agent.GetProperty("onBehalfOf").Text("reference"));
        Assert.Empty((await hospital.GetJsonAsync("Provenance")).Keys());
    }

    [Fact]
    public async Task A_change_of_the_status_by_hand_is_on_record_too_and_other_changes_are_not()
    {
        using var navigator = Server.As("navigator");
        Assert.Equal(200, (int)(await navigator.PutFhirAsync("Consent/yes", Fixtures.Consent("yes", "p1", "city-hospital"))).StatusCode);
        Assert.Empty((await navigator.GetJsonAsync("Provenance")).Keys());

        var inactive = Fixtures.Consent("yes", "p1", "city-hospital", status: "inactive");
        Assert.Equal(200, (int)(await navigator.PutFhirAsync("Consent/yes", inactive)).StatusCode);

        var record = Assert.Single((await navigator.GetJsonAsync("Provenance")).GetProperty("entry").EnumerateArray())
            .GetProperty("resource");
        Assert.Equal($"Organization/{Custodian}", record.GetProperty("agent")[0].GetProperty("who").Text("reference"));
    }

    [Fact]
    public async Task The_letter_in_which_it_was_taken_back_is_kept_with_it()
    {
        using var navigator = Server.As("navigator");

        using var answer = await navigator.PostFhirAsync("Consent/yes/$revoke-consent", WithLetter("p1"));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Single((await navigator.GetJsonAsync("DocumentReference?related=Consent/yes")).Keys());
    }

    [Fact]
    public async Task Whoever_may_not_write_it_can_not_revoke_it_and_nothing_is_half_done()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        using var evaluator = Server.As(
            DemoCaller.All.Single(caller => caller.Name == "privacy") with { Roles = ["evaluator"] });

        await (await navigator.PostFhirAsync("Consent/draft/$revoke-consent", Nothing)).OutcomeAsync(422);
        await (await navigator.PostFhirAsync("Consent/nothing/$revoke-consent", Nothing)).OutcomeAsync(404);
        await (await navigator.PostFhirAsync("Consent/yes/$revoke-consent", WithLetter("p1", "nonsense"))).OutcomeAsync(400);
        await (await navigator.PostFhirAsync("Consent/yes/$revoke-consent", Unknown)).OutcomeAsync(400);
        await (await navigator.PostFhirAsync("Consent/$revoke-consent", Of("Consent/yes", "Patient/p2"))).OutcomeAsync(422);
        await (await navigator.PostFhirAsync("Consent/$revoke-consent", Of("Patient/p1", "Patient/p1"))).OutcomeAsync(400);
        await (await navigator.PostFhirAsync("Consent/$revoke-consent", Nothing)).OutcomeAsync(400);
        Assert.Contains((int)(await hospital.PostFhirAsync("Consent/yes/$revoke-consent", Nothing)).StatusCode, new[] { 403, 404 });
        Assert.Contains((int)(await evaluator.PostFhirAsync("Consent/yes/$revoke-consent", Nothing)).StatusCode, new[] { 403, 404 });

        Assert.Equal("active", (await navigator.GetJsonAsync("Consent/yes")).Text("status"));
        Assert.Empty((await navigator.GetJsonAsync("DocumentReference")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("Provenance")).Keys());
        await (await navigator.PostFhirAsync("Consent/yes/$revoke-consent", Nothing)).OutcomeAsync(200);
        await (await navigator.PostFhirAsync("Consent/yes/$revoke-consent", Nothing)).OutcomeAsync(422);
    }

    private const string Unknown = """{"resourceType":"Parameters","parameter":[{"name":"reason","valueString":"x"}]}""";

    private static string Of(string consent, string patient) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"consent","valueReference":{"reference":"{{consent}}"} },
        {"name":"patient","valueReference":{"reference":"{{patient}}"} }]}
        """;

    private static string WithLetter(string patient, string status = "current") => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"document","resource":{"resourceType":"DocumentReference","status":"{{status}}",
        "subject":{"reference":"Patient/{{patient}}"},"content":[{"attachment":{"contentType":"text/plain","data":"bGV0dGVy"} }]} }]}
        """;
}
