using Interop.Demo;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Summary;

/// <summary>
/// What police learn for a serious and imminent threat (45 CFR 164.512(j)): the table of SHARING's law, row by row, as an officer meets it.
/// </summary>
public class ThreatDisclosureTests : SceneTests
{
    private const string Claim = """
        ,{"name":"basis","valueCode":"serious-imminent-threat"},
        {"name":"justification","valueString":"Stands on the bridge with a child."},{"name":"supervisor","valueString":"badge-7"}
        """;

    private static readonly DemoCaller Police = DemoCaller.All.Single(caller => caller.Name == "police");

    protected override IReadOnlyList<string> Settings => ["--Interop:Holidays=2026-11-23,2026-11-24"];

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-police", "police"),
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Agreement("city-hospital", purposes: ["TREAT", "OVRPS"]),
        .. new[] { "silent", "refused", "forbade" }.SelectMany(person => new[]
        {
            Fixtures.Patient(person, "Name" + person), Incident(person, "in-progress"), Fixtures.Condition("c" + person, person),
            Alert(person, "24199005", null), Alert(person, "225444004", "PSY"),
            Alert(person, "41501003", "42CFRPart2"), Alert(person, "41501003", "PSYTHPN"),
        }),
        Fixtures.Consent("no", "refused", "city-police", "basic", type: "deny", purpose: "OVRPS"),
        Fixtures.Consent("never", "forbade", "city-police", "basic", type: "deny", purpose: "BTG"),
        Fixtures.Patient("past", "Namepast"), Incident("past", "finished"),
    ];

    [Fact]
    public async Task It_opens_who_the_person_is_and_what_is_dangerous_and_the_privacy_officer_hears_of_it_at_once()
    {
        var without = await AskAsync("silent", string.Empty);
        Assert.DoesNotContain("Namesilent", without, StringComparison.Ordinal);

        foreach (var person in (string[])["silent", "refused"])
        {
            // L24: demographics and flags, whatever was refused in general; L12: no Part 2 record; L02: no therapy notes; nothing else.
            var text = await AskAsync(person, Claim);
            Assert.Contains("Name" + person, text, StringComparison.Ordinal);
            Assert.Contains("24199005", text, StringComparison.Ordinal);
            Assert.Contains("225444004", text, StringComparison.Ordinal);
            Assert.DoesNotContain("41501003", text, StringComparison.Ordinal);
            Assert.DoesNotContain("38341003", text, StringComparison.Ordinal);
            Assert.Equal(without.Length, text.Length);
        }

        // Who refused just this in an emergency looks like who has no record.
        var forbade = await AskAsync("forbade", Claim);
        Assert.DoesNotContain("Nameforbade", forbade, StringComparison.Ordinal);
        Assert.DoesNotContain("24199005", forbade, StringComparison.Ordinal);
        Assert.Equal(without.Length, forbade.Length);

        // Each claim is a Task of hers, due in two working days of the site: not on Sunday, nor on two holidays.
        using var officer = Server.As("privacy");
        var reviews = await officer.GetJsonAsync("Task?code=disclosure-review&performer=privacy-officer&_sort=due");
        Assert.Equal(3, reviews.Keys().Count);
        var review = reviews.GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal("stat", review.Text("priority"));
        Assert.Contains("badge-7", review.Text("description"), StringComparison.Ordinal);
        Assert.Equal("Stands on the bridge with a child.", review.GetProperty("reasonCode").Text("text"));
        Assert.StartsWith(
            "2026-11-26T12:00", review.GetProperty("restriction").GetProperty("period").Text("end"), StringComparison.Ordinal);
        using var navigator = Server.As("navigator");
        Assert.Empty((await navigator.GetJsonAsync("Task?code=disclosure-review")).Keys());

        // It stands in the person's accounting, as one that the rule demands.
        var accounting = (await officer.GetJsonAsync("Patient/silent/$disclosures")).ToString();
        Assert.Contains("city-police", accounting, StringComparison.Ordinal);
        Assert.Contains("Flag", accounting, StringComparison.Ordinal);

        // Unreviewed in time, the agency gets none of this kind, and what the person shares as before.
        Server.Clock.Advance(TimeSpan.FromDays(5));
        using var police = Officer();
        using var suspended = await police.PostFhirAsync("Patient/$crisis-summary", Question("inc-silent", "Namesilent", Claim));
        Assert.Contains("overdue", (await suspended.OutcomeAsync(403)).Text("diagnostics"), StringComparison.Ordinal);
        using var usual = await police.PostFhirAsync("Patient/$crisis-summary", Question("inc-silent", "Namesilent", string.Empty));
        Assert.Equal(200, (int)usual.StatusCode);
    }

    [Fact]
    public async Task What_the_table_refuses_is_refused_with_what_is_missing_and_makes_no_review()
    {
        using var police = Officer();
        (string More, int Status, string Rule)[] cases =
        [
            (Claim.Replace("serious-imminent-threat", "suspect-identification", StringComparison.Ordinal), 422, "basis"),
            (Claim.Replace("Stands on the bridge with a child.", "file", StringComparison.Ordinal), 422, "justification"),
            (Claim.Replace("badge-7", "badge-12", StringComparison.Ordinal), 422, "supervisor"),
            (",{\"name\":\"basis\",\"valueCode\":\"serious-imminent-threat\"}", 400, "justification"),
        ];
        foreach (var (more, status, rule) in cases)
        {
            using var refused = await police.PostFhirAsync("Patient/$crisis-summary", Question("inc-silent", "Namesilent", more));
            var issue = await refused.OutcomeAsync(status);
            Assert.Contains(rule, issue.GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
        }

        // No incident, another person's name, a hospital, another role.
        using var past = await police.PostFhirAsync("Patient/$crisis-summary", Question("inc-past", "Namepast", Claim));
        await past.OutcomeAsync(403);
        using var hospital = Server.As(Police with { Organization = "city-hospital" });
        using var foreign = await hospital.PostFhirAsync("Patient/$crisis-summary", Question("inc-silent", "Namesilent", Claim));
        await foreign.OutcomeAsync(403);
        using var clerk = Server.As(Police with { Roles = ["dispatcher"] });
        using var wrong = await clerk.PostFhirAsync("Patient/$crisis-summary", Question("inc-silent", "Namesilent", Claim));
        await wrong.OutcomeAsync(403);
        using var officer = Server.As("privacy");
        Assert.Empty((await officer.GetJsonAsync("Task?code=disclosure-review")).Keys());

        var stranger = await AskAsync("silent", Claim, "Stranger");
        Assert.DoesNotContain("24199005", stranger, StringComparison.Ordinal);
        Assert.Single((await officer.GetJsonAsync("Task?code=disclosure-review")).Keys());
    }

    private HttpClient Officer() => Server.WithToken(
        Server.Issuer.Token(LoopbackIssuer.Claims(Police), DateTimeOffset.UtcNow, TimeSpan.FromDays(9)));

    private async Task<string> AskAsync(string person, string more, string? family = null)
    {
        using var police = Officer();
        using var response = await police.PostFhirAsync(
            "Patient/$crisis-summary", Question($"inc-{person}", family ?? "Name" + person, more));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private static string Question(string incident, string family, string more) => $$"""
        {"resourceType":"Parameters","parameter":[{"name":"incident","valueString":"{{incident}}"},{"name":"officer",
        "valueString":"badge-12"},{"name":"family","valueString":"{{family}}"},{"name":"birthDate","valueDate":"1988-02-29"}{{more}}]}
        """;

    private static string Incident(string person, string status) => Fixtures.Encounter(person, person, status).Replace(
        "\"identifier\"",
        $"\"extension\":[{{\"url\":\"{Fixtures.Base}/StructureDefinition/encounter-assigned-agency\","
            + $"\"valueReference\":{{\"reference\":\"Organization/city-police\"}}}}],\"identifier\"",
        StringComparison.Ordinal);

    private static string Alert(string person, string code, string? label) => $$"""
        {"resourceType":"Flag","id":"f{{person}}{{code}}{{label}}","status":"active","category":[{"coding":[
        {"system":"http://terminology.hl7.org/CodeSystem/flag-category","code":"safety"}]}],
        {{(label is null ? "" : $"\"meta\":{{\"security\":[{{\"system\":\"{ActCode}\",\"code\":\"{label}\"}}]}},")}}
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"{{code}}"}]},"subject":{"reference":"Patient/{{person}}"} }
        """;

    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
}
