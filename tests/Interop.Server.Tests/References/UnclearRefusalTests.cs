using System.Text.Json.Nodes;

namespace Interop.Server.Tests.References;

/// <summary>
/// A refusal that does not say clearly whose it is, or whom it is about, is not taken in, or denies everybody; it is never without effect.
/// </summary>
public class UnclearRefusalTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Organization("family-services", "social-services"),
        Fixtures.Agreement("city-hospital"), Fixtures.Agreement("family-services", purposes: ["COC"]),
        Fixtures.Patient("p1"), Fixtures.Condition("c1", "p1"), """{"resourceType":"Practitioner","id":"doctor"}""",
        Fixtures.Consent("yes", "p1", "city-hospital"),
    ];

    [Theory]
    [InlineData(null)]
    [InlineData("""{"display":"Ana Testa"}""")]
    [InlineData("""{"type":"Patient"}""")]
    [InlineData("""{"identifier":{"system":"urn:mrn"}}""")]
    [InlineData("""{"extension":[{"url":"https://elsewhere.example/who","valueReference":{"reference":"Patient/p1"}}]}""")]
    public async Task Of_nobody_is_not_stored(string? patient)
    {
        using var navigator = Server.As("navigator");
        var refusal = Refusal();
        refusal.Remove("patient");
        if (patient is not null)
        {
            refusal["patient"] = JsonNode.Parse(patient);
        }

        using var answer = await navigator.PostFhirAsync("Consent", refusal.ToJsonString());

        var issue = await answer.OutcomeAsync(422);
        Assert.Equal("Consent.patient", issue.GetProperty("expression")[0].GetString());
    }

    [Theory]
    [InlineData("""{"display":"the hospital"}""", false)]
    [InlineData("""{"display":"the hospital"}""", true)]
    [InlineData("""{"reference":"Practitioner/doctor"}""", false)]
    [InlineData("""{"reference":"Practitioner/doctor"}""", true)]
    [InlineData("""{"reference":"#role"}""", false)]
    [InlineData("""{"reference":"#role"}""", true)]
    public async Task About_somebody_unknown_beside_somebody_known_denies_everybody(string actor, bool isNested)
    {
        using var hospital = Server.As("hospital");
        Assert.Equal(200, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
        using var navigator = Server.As("navigator");
        var refusal = Refusal();
        if (actor.Contains('#', StringComparison.Ordinal))
        {
            refusal["contained"] = JsonNode.Parse(
                """[{"resourceType":"PractitionerRole","id":"role","organization":{"reference":"Organization/city-hospital"}}]""");
        }

        var known = Actor("""{"reference":"Organization/family-services"}""");
        var provision = refusal["provision"]!;
        provision["actor"] = isNested ? new JsonArray(known) : new JsonArray(Actor(actor), known);
        if (isNested)
        {
            provision["provision"] = new JsonArray(new JsonObject { ["type"] = "deny", ["actor"] = new JsonArray(Actor(actor)) });
        }

        await navigator.CreatedAsync("Consent", refusal.ToJsonString());

        Assert.Equal(404, (int)(await hospital.GetAsync("Condition/c1")).StatusCode);
        Assert.Equal(404, (int)(await hospital.GetAsync("Patient/p1")).StatusCode);
    }

    private static JsonObject Refusal()
    {
        var refusal = JsonNode.Parse(Fixtures.Consent("no", "p1", "city-hospital", type: "deny"))!.AsObject();
        refusal.Remove("id");
        refusal["dateTime"] = "2026-10-01T10:00:00Z";
        return refusal;
    }

    private static JsonObject Actor(string reference) => new()
    {
        ["role"] = new JsonObject { ["text"] = "who receives" },
        ["reference"] = JsonNode.Parse(reference),
    };
}
