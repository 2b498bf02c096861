using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Oversight;

/// <summary>Who takes a label away is the privacy officer, says why, and that is on record; everybody else may only add some.</summary>
public class RelabellingTests : SceneTests
{
    private const string Reason = "https://interop.example/fhir/StructureDefinition/relabel-reason";

    // An alcohol use disorder (ETHUD) and one without a sensitivity.
    private const string Sensitive = "7200002";
    private const string Plain = "38341003";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("p1"),
        Fixtures.Consent("yes", "p1", "city-hospital", "full"), Fixtures.Encounter("e1", "p1", provider: "city-hospital"),
        Labelled("psy", "PSY"), Labelled("r", "R"), Labelled("unknown", "NONSENSE"),
        Fixtures.Condition("code", "p1", Sensitive), Fixtures.Condition("plain", "p1", Plain),
    ];

    /// <summary>The record, what it becomes, and which label falls.</summary>
    public static TheoryData<string, string, string> Falls => new()
    {
        { "psy", Fixtures.Condition("psy", "p1", Plain), "PSY" },
        { "r", Fixtures.Condition("r", "p1", Plain), "R" },
        { "code", Fixtures.Condition("code", "p1", Plain), "ETHUD" },
    };

    [Theory]
    [MemberData(nameof(Falls))]
    public async Task Others_are_refused_by_every_way_and_nothing_changes(string id, string after, string label)
    {
        using var navigator = Server.As("navigator");
        var before = await navigator.GetJsonAsync($"Condition/{id}");

        using (var put = await navigator.PutFhirAsync($"Condition/{id}", WithReason(after, "It was wrong.")))
        {
            Assert.Contains($"({label})", (await put.OutcomeAsync(403)).Text("diagnostics"), StringComparison.Ordinal);
        }

        var entry = $$"""{"resource":{{after}},"request":{"method":"PUT","url":"Condition/{{id}}"} }""";
        using (var bundle = await navigator.PostFhirAsync(
            string.Empty, $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{entry}}]}"""))
        {
            await bundle.OutcomeAsync(403);
        }

        Assert.Equal(before.ToString(), (await navigator.GetJsonAsync($"Condition/{id}")).ToString());
        Assert.Empty((await navigator.GetJsonAsync("Provenance")).Keys());
    }

    [Theory]
    [MemberData(nameof(Falls))]
    public async Task The_privacy_officer_does_it_with_a_reason_which_is_on_record(string id, string after, string label)
    {
        using var officer = Server.As("privacy");
        using (var silent = await officer.PutFhirAsync($"Condition/{id}", after))
        {
            Assert.Equal("Condition.extension", (await silent.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        }

        using var answer = await officer.PutFhirAsync($"Condition/{id}", WithReason(after, "It was the sister's."));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.False((await officer.GetJsonAsync($"Condition/{id}")).TryGetProperty("extension", out _));
        var found = await officer.GetJsonAsync($"Provenance?target=Condition/{id}");
        var record = Assert.Single(found.GetProperty("entry").EnumerateArray()).GetProperty("resource");
        Assert.Equal("It was the sister's.", record.GetProperty("reason")[0].Text("text"));
        Assert.Equal($"Organization/{Custodian}", record.GetProperty("agent")[0].GetProperty("who").Text("reference"));
        var rows = await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None);
        var row = rows.Select(entry => entry.Row).Last(row => row is { Interaction: "update", Outcome: "permit" });
        using var detail = JsonDocument.Parse(row.Detail!);
        Assert.Equal(
            $"{label} Provenance/{record.Text("id")}", detail.RootElement.GetProperty($"relabelled Condition/{id}").GetString());
        Assert.DoesNotContain("sister", row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_it_is_taken_away_who_was_kept_out_by_it_reads_the_record()
    {
        using var hospital = Server.As("hospital");
        using var officer = Server.As("privacy");
        await (await hospital.GetAsync("Condition/unknown")).OutcomeAsync(404);

        using var answer = await officer.PutFhirAsync(
            "Condition/unknown", WithReason(Fixtures.Condition("unknown", "p1"), "A typing error."));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/unknown")).StatusCode);
    }

    [Fact]
    public async Task To_add_a_label_or_to_keep_it_is_everybodys()
    {
        using var navigator = Server.As("navigator");
        var labelled = Labelled("plain", "PSY");
        Assert.Equal(200, (int)(await navigator.PutFhirAsync("Condition/plain", labelled)).StatusCode);
        Assert.Equal(200, (int)(await navigator.PutFhirAsync(
            "Condition/plain", labelled.Replace("2026-03-04", "2026-03-03", StringComparison.Ordinal))).StatusCode);
        await (await navigator.PutFhirAsync("Condition/plain", Fixtures.Condition("plain", "p1"))).OutcomeAsync(403);
    }

    [Fact]
    public async Task A_reason_for_nothing_is_refused_and_so_is_an_empty_one()
    {
        using var officer = Server.As("privacy");

        await (await officer.PutFhirAsync(
            "Condition/plain", WithReason(Fixtures.Condition("plain", "p1"), "For nothing."))).OutcomeAsync(422);
        await (await officer.PutFhirAsync("Condition/psy", WithReason(Fixtures.Condition("psy", "p1"), " "))).OutcomeAsync(422);
    }

    private static string WithReason(string condition, string reason)
    {
        var json = JsonNode.Parse(condition)!;
        json["extension"] = new JsonArray(new JsonObject { ["url"] = Reason, ["valueString"] = reason });
        return json.ToJsonString();
    }

    private static string Labelled(string id, string label)
    {
        var json = JsonNode.Parse(Fixtures.Condition(id, "p1", Plain))!.AsObject();
        var system = label is "R" ? "v3-Confidentiality" : "v3-ActCode";
        json["meta"] = JsonNode.Parse(
            $$"""{"security":[{"system":"http://terminology.hl7.org/CodeSystem/{{system}}","code":"{{label}}"}]}""");
        return json.ToJsonString();
    }
}
