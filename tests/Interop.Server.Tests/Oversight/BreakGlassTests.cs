using Interop.Demo;

namespace Interop.Server.Tests.Oversight;

/// <summary>
/// Breaking the glass over the records of Ana, who refused the hospital everything: who may, what it opens to whom, for how long, and who
/// hears of it.
/// </summary>
public class BreakGlassTests : SceneTests
{
    private const string Doctor = "Practitioner/dr1";

    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Organization("family-services", "social-services"),
        Fixtures.Organization("shelter", "shelter"),
        Fixtures.Agreement("city-hospital", openings: []),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"], openings: []),
        Fixtures.Agreement("family-services", "intermediate", ["COC"], openings: []),
        Fixtures.Patient("ana"), Fixtures.Patient("ben"),
        Fixtures.Consent("no", "ana", "city-hospital", type: "deny", tier: "basic"),
        Fixtures.Condition("plain", "ana"), Fixtures.Condition("of-ben", "ben"),
        Labelled("psychosis", "PSY"), Labelled("notes", "PSYTHPN"), Labelled("counselling", "SUDNOTE"), Labelled("part2", "42CFRPart2"),
    ];

    /// <summary>Role, agency, reason, label, what the law says, and whether it opens.</summary>
    [Theory]
    [InlineData("clinician", "city-hospital", "medical-emergency", "plain", "45 CFR 164.506: treatment", true)]
    [InlineData("clinician", "city-hospital", "imminent-danger", "plain", "45 CFR 164.506: treatment", true)]
    [InlineData("clinician", "city-hospital", "unable-to-consent", "psychosis", "45 CFR 164.510(b)(3): incapacity", true)]
    [InlineData("clinician", "city-hospital", "medical-emergency", "part2", "42 CFR 2.51: medical personnel", true)]
    [InlineData("clinician", "city-hospital", "imminent-danger", "part2", "42 CFR 2.51: no medical emergency", false)]
    [InlineData("clinician", "city-hospital", "unable-to-consent", "part2", "42 CFR 2.51: no medical emergency", false)]
    [InlineData("clinician", "city-hospital", "medical-emergency", "notes", "45 CFR 164.508(a)(2): psychotherapy notes", false)]
    [InlineData("clinician", "city-hospital", "medical-emergency", "counselling", "42 CFR 2.31(b): counselling notes", false)]
    public async Task What_it_opens_is_what_the_law_lets_such_a_person_have(
        string role, string agency, string reason, string condition, string law, bool opens)
    {
        Assert.NotEmpty(law);
        using var doctor = Person(Doctor, role, agency);
        await (await doctor.GetAsync($"Condition/{condition}")).OutcomeAsync(404);

        using (var declared = await BreakAsync(doctor, "ana", reason))
        {
            Assert.Equal(200, (int)declared.StatusCode);
        }

        using var answer = await doctor.GetAsync($"Condition/{condition}");
        Assert.Equal(opens ? 200 : 404, (int)answer.StatusCode);
        Assert.Equal(
            opens ? 1 : 0, (await doctor.GetJsonAsync($"Condition?_id={condition}&_summary=count")).GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("officer", "city-police", "OVRPS", "Police do not break the glass")]
    [InlineData("dispatcher", "city-hospital", "TREAT", "No role of this caller")]
    [InlineData("evaluator", "city-hospital", "TREAT", "No role of this caller")]
    [InlineData("navigator", "city-hospital", "TREAT", "No role of this caller")]
    [InlineData("clinician", "family-services", "COC", "not open to this caller")]
    [InlineData("clinician", "city-police", "OVRPS", "not open to this caller")]
    [InlineData("clinician", "crisis-program", "TREAT", "not open to this caller")]
    [InlineData("clinician", "shelter", "TREAT", "No agreement with this agency")]
    public async Task Who_may_not_is_told_so_and_nothing_is_stored(string role, string agency, string purpose, string text)
    {
        using var caller = Person(Doctor, role, agency, purpose);

        using var refused = await BreakAsync(caller, "ana");

        Assert.Contains(text, (await refused.OutcomeAsync(403)).ToString(), StringComparison.Ordinal);
        Assert.Empty(await ReviewsAsync());
    }

    [Fact]
    public async Task A_system_breaks_no_glass_and_a_token_alone_does_not_either()
    {
        using var system = Server.As(Hospital);
        await (await BreakAsync(system, "ana")).OutcomeAsync(403);

        using var claims = Person(Doctor, "clinician", "city-hospital", "BTG");
        var refused = await (await claims.GetAsync("Condition/plain")).OutcomeAsync(403);
        Assert.Contains("$break-glass", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_for_one_person_over_one_patient_and_for_reading()
    {
        using var doctor = Person(Doctor);
        using var colleague = Person("Practitioner/dr2");
        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);

        Assert.Equal(["Patient/ana"], (await doctor.GetJsonAsync("Patient")).Keys());
        await (await doctor.GetAsync("Condition/of-ben")).OutcomeAsync(404);
        await (await colleague.GetAsync("Condition/plain")).OutcomeAsync(404);
        Assert.Empty((await colleague.GetJsonAsync("Condition")).Keys());
        await (await doctor.PutFhirAsync("Condition/plain", Fixtures.Condition("plain", "ana"))).OutcomeAsync(403);
    }

    [Fact]
    public async Task Asked_again_while_it_lasts_it_is_the_same_one_unless_it_opens_more()
    {
        using var doctor = Person(Doctor, "clinician", "city-hospital");
        using var officer = Server.As("privacy");
        using var first = await BreakAsync(doctor, "ana", "imminent-danger");
        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        using var again = await BreakAsync(doctor, "ana", "imminent-danger");
        Assert.Equal((await first.JsonAsync()).ToString(), (await again.JsonAsync()).ToString());
        Assert.Single((await officer.GetJsonAsync("Task?code=disclosure-review")).Keys());

        using var wider = await BreakAsync(doctor, "ana", "medical-emergency");

        Assert.NotEqual((await first.JsonAsync()).ToString(), (await wider.JsonAsync()).ToString());
        Assert.Equal(2, (await officer.GetJsonAsync("Task?code=disclosure-review")).Keys().Count);
        await (await doctor.GetAsync("Condition/part2")).JsonAsync();
        using var narrower = await BreakAsync(doctor, "ana", "imminent-danger");
        Assert.Equal((await wider.JsonAsync()).ToString(), (await narrower.JsonAsync()).ToString());
    }

    [Fact]
    public async Task Each_read_while_it_lasts_is_marked_on_the_trail_and_none_before_or_after()
    {
        using var doctor = Person(Doctor);
        string[] paths =
        [
            "Condition/plain", "Condition/plain/_history", "Condition/of-ben", "Condition", "Patient/ana/$everything",
            "Observation/$lastn?patient=Patient/ana", "Condition/_history", "Condition/plain/_history/1",
        ];
        using (var before = await doctor.GetAsync(paths[0]))
        {
            Assert.Equal(404, (int)before.StatusCode);
        }

        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        foreach (var path in paths)
        {
            using var during = await doctor.GetAsync(path);
        }

        Assert.Equal(204, (int)(await EndAsync(doctor)).StatusCode);
        using var after = await doctor.GetAsync(paths[0]);

        using var officer = Officer();
        var marked = await officer.GetJsonAsync("AuditEvent?purpose=BTG&_count=100");
        Assert.Equal(paths.Length + 1, marked.Keys().Count);
    }

    [Fact]
    public async Task It_ends_after_an_hour_and_when_who_broke_it_or_the_officer_says_so()
    {
        using var doctor = Person(Doctor);
        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        Assert.Equal(200, (int)(await doctor.GetAsync("Condition/plain")).StatusCode);
        Server.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(200, (int)(await doctor.GetAsync("Condition/plain")).StatusCode);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await doctor.GetAsync("Condition/plain")).OutcomeAsync(404);

        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        Assert.Equal(204, (int)(await EndAsync(doctor)).StatusCode);
        await (await doctor.GetAsync("Condition/plain")).OutcomeAsync(404);
        await (await EndAsync(doctor)).OutcomeAsync(404);

        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        using var officer = Officer();
        Assert.Equal(204, (int)(await EndAsync(officer)).StatusCode);
        await (await doctor.GetAsync("Condition/plain")).OutcomeAsync(404);
    }

    [Fact]
    public async Task The_officer_hears_of_it_at_once_and_until_it_is_reviewed_in_time_the_role_rests()
    {
        using var doctor = Person(Doctor);
        using var colleague = Person("Practitioner/dr2");
        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        var review = Assert.Single(await ReviewsAsync());
        using (var navigator = Server.As("navigator"))
        {
            Assert.Empty((await navigator.GetJsonAsync("Task?code=disclosure-review")).Keys());
        }

        // Nobody reviewed it within two working days, whichever days those are.
        Server.Clock.Advance(TimeSpan.FromDays(5));
        var rests = await (await BreakAsync(colleague, "ben")).OutcomeAsync(403);
        Assert.Contains("not reviewed in time", rests.ToString(), StringComparison.Ordinal);

        using var officer = Officer();
        foreach (var status in new[] { "accepted", "in-progress", "completed" })
        {
            var seen = await officer.GetJsonAsync(review);
            using var moved = await officer.PutFhirAsync(
                review,
                seen.ToString().Replace(
                    $"\"status\":\"{seen.GetProperty("status")}\"", $"\"status\":\"{status}\"", StringComparison.Ordinal),
                $"W/\"{seen.GetProperty("meta").GetProperty("versionId")}\"");
            Assert.True(moved.IsSuccessStatusCode, await moved.Content.ReadAsStringAsync());
        }

        Assert.Equal(200, (int)(await BreakAsync(colleague, "ben")).StatusCode);
    }

    [Theory]
    [InlineData("BTG", 403)]
    [InlineData("TREAT", 200)]
    public async Task Who_refused_an_emergency_by_name_is_left_alone(string purpose, int status)
    {
        await Server.ImportAsync(
            Custodian, Fixtures.Consent("never", "ben", "city-hospital", type: "deny", tier: "basic", purpose: purpose));
        using var doctor = Person(Doctor);

        Assert.Equal(status, (int)(await BreakAsync(doctor, "ben")).StatusCode);
    }

    [Theory]
    [InlineData("""{"name":"reason","valueCode":"curiosity"},{"name":"justification","valueString":"Found unconscious."}""", "reason")]
    [InlineData("""{"name":"justification","valueString":"Found unconscious."}""", "reason")]
    [InlineData("""{"name":"reason","valueCode":"medical-emergency"}""", "justification")]
    [InlineData(
        """{"name":"reason","valueCode":"medical-emergency"},{"name":"justification","valueString":"   asap   "}""", "justification")]
    [InlineData(
        """
        {"name":"reason","valueCode":"medical-emergency"},{"name":"justification","valueString":"Found unconscious."},
        {"name":"hours","valueInteger":12}
        """,
        "hours")]
    public async Task What_is_missing_or_not_understood_is_named(string parameters, string named)
    {
        using var doctor = Person(Doctor);

        using var answer = await doctor.PostFhirAsync(
            "Patient/ana/$break-glass", $$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}""");

        Assert.InRange((int)answer.StatusCode, 400, 422);
        Assert.Contains(named, (await answer.JsonAsync()).ToString(), StringComparison.Ordinal);
        Assert.Empty(await ReviewsAsync());
    }

    [Fact]
    public async Task Nobody_is_no_patient()
    {
        using var doctor = Person(Doctor);

        await (await BreakAsync(doctor, "nobody")).OutcomeAsync(404);
    }

    [Theory]
    [InlineData("family-services", "COC")]
    [InlineData("city-police", "OVRPS")]
    [InlineData("crisis-program", "TREAT")]
    public async Task Who_may_not_learns_nothing_of_who_is_there(string agency, string purpose)
    {
        using var caller = Person(Doctor, "clinician", agency, purpose);

        var known = await (await BreakAsync(caller, "ana")).OutcomeAsync(403);
        var unknown = await (await BreakAsync(caller, "nobody")).OutcomeAsync(403);

        Assert.Equal(known.ToString(), unknown.ToString());
    }

    [Fact]
    public async Task A_role_that_rests_learns_nothing_of_who_is_there()
    {
        using var doctor = Person(Doctor);
        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);
        Server.Clock.Advance(TimeSpan.FromDays(5));

        var known = await (await BreakAsync(doctor, "ben")).OutcomeAsync(403);
        var unknown = await (await BreakAsync(doctor, "nobody")).OutcomeAsync(403);

        Assert.Equal(known.ToString(), unknown.ToString());
    }

    [Fact]
    public async Task A_namesake_of_another_agency_ends_nothing()
    {
        using var doctor = Person(Doctor);
        using var namesake = Person(Doctor, "clinician", "family-services", "COC");
        Assert.Equal(200, (int)(await BreakAsync(doctor, "ana")).StatusCode);

        await (await EndAsync(namesake)).OutcomeAsync(404);

        Assert.Equal(200, (int)(await doctor.GetAsync("Condition/plain")).StatusCode);
    }

    private static string Labelled(string id, string label) => Fixtures.Condition(id, "ana").Replace(
        $"\"id\":\"{id}\"",
        $$"""
        "id":"{{id}}","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{label}}"}]}
        """,
        StringComparison.Ordinal);

    private HttpClient Person(
        string practitioner, string role = "clinician", string agency = "city-hospital", string purpose = "TREAT")
    {
        var claims = LoopbackIssuer.Claims(
            Hospital with { Organization = agency, Roles = [role], Purposes = [purpose], Scope = "user/*.cruds" });
        claims["sub"] = practitioner;
        claims["fhirUser"] = practitioner;
        return WithToken(claims);
    }

    private HttpClient Officer() => WithToken(LoopbackIssuer.Claims(DemoCaller.All.Single(caller => caller.Name == "privacy")));

    // Good for longer than the tests move the clock.
    private HttpClient WithToken(Dictionary<string, object> claims) =>
        Server.WithToken(Server.Issuer.Token(claims, DateTimeOffset.UtcNow, TimeSpan.FromDays(10)));

    private static Task<HttpResponseMessage> BreakAsync(HttpClient caller, string patient, string reason = "medical-emergency") =>
        caller.PostFhirAsync($"Patient/{patient}/$break-glass", $$"""
            {"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"{{reason}}"},
            {"name":"justification","valueString":"Found unconscious on the platform."}]}
            """);

    private static Task<HttpResponseMessage> EndAsync(HttpClient caller) =>
        caller.PostAsync(new Uri(caller.BaseAddress!, "Patient/ana/$end-break-glass"), null);

    private async Task<List<string>> ReviewsAsync()
    {
        using var officer = Officer();
        return (await officer.GetJsonAsync("Task?code=disclosure-review")).Keys();
    }
}
