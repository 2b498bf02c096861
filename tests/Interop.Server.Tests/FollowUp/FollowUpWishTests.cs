using System.Text.Json.Nodes;

namespace Interop.Server.Tests.FollowUp;

/// <summary>What a person wants, and what would endanger her, decides about her follow-up.</summary>
public class FollowUpWishTests : SceneTests
{
    private const string Rule = Fixtures.Base + "/StructureDefinition/safe-contact";

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Consent("c1", "p1", "city-hospital"),
        Fixtures.Condition("d1", "p1"),
        Fixtures.Encounter("e1", "p1"),
    ];

    [Fact]
    public async Task Rules_of_safe_contact_come_first_in_the_task_and_change_with_the_person()
    {
        using var navigator = Server.As("navigator");
        using var known = await SaidAsync(navigator, ("never-call", null, null));
        Assert.True(known.IsSuccessStatusCode, await known.Content.ReadAsStringAsync());

        var task = await navigator.EndAsync("e1", "p1");
        var first = await navigator.GetJsonAsync(task);
        Assert.Equal("extension", first.EnumerateObject().ElementAt(1).Name);
        Assert.Equal("never-call", first.GetProperty("extension")[0].GetProperty("extension")[0].Text("valueCode"));

        using var changed = await SaidAsync(navigator, ("safe-number", "555-0177", null), ("must-not-hear", null, "her husband"));
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
        var rules = (await navigator.GetJsonAsync(task)).GetProperty("extension").EnumerateArray()
            .Select(rule => rule.GetProperty("extension")[0].Text("valueCode"));
        Assert.Equal(["safe-number", "must-not-hear"], rules);

        using var hospital = Server.As("hospital");
        Assert.False((await hospital.GetJsonAsync("Patient/p1")).TryGetProperty("extension", out _));
        using var none = await SaidAsync(navigator);
        Assert.False((await navigator.GetJsonAsync(task)).TryGetProperty("extension", out _));
    }

    [Theory]
    [InlineData("safe-number")]
    [InlineData("must-not-hear")]
    public async Task A_rule_that_lacks_what_it_is_about_is_refused(string rule)
    {
        using var navigator = Server.As("navigator");

        using var answer = await SaidAsync(navigator, (rule, null, null));

        Assert.Equal("Patient.extension[0]", (await answer.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task Who_refuses_follow_up_is_owed_none_and_the_reason_is_there()
    {
        using var navigator = Server.As("navigator");
        var consent = await navigator.CreatedAsync("Consent", FollowUpWork.Refusal("x", "p1"));

        var task = await navigator.EndAsync("e1", "p1");

        var none = await navigator.GetJsonAsync(task);
        Assert.Equal("cancelled", none.Text("status"));
        Assert.Equal("consent-refused", none.GetProperty("statusReason").GetProperty("coding")[0].Text("code"));
        Assert.Equal(consent, none.GetProperty("output")[0].GetProperty("valueReference").Text("reference"));
        await Server.PassAsync(TimeSpan.FromHours(60));
        Assert.Empty((await navigator.GetJsonAsync("DetectedIssue")).Keys());
        Assert.Empty((await navigator.GetJsonAsync("Task?code=escalation")).Keys());
    }

    [Fact]
    public async Task Who_takes_back_a_consent_is_called_by_somebody_who_knows_it_until_she_consents_again()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        using var other = await navigator.PutFhirAsync("Consent/c1", Fixtures.Consent("c1", "p1", "city-hospital", tier: "basic"));
        Assert.False((await navigator.GetJsonAsync(task)).TryGetProperty("statusReason", out _));

        using var revoked = await navigator.PostFhirAsync("Consent/c1/$revoke-consent", """{"resourceType":"Parameters"}""");

        Assert.Equal(200, (int)revoked.StatusCode);
        var marked = await navigator.GetJsonAsync(task);
        Assert.Equal("requested", marked.Text("status"));
        Assert.Equal("consent-withdrawn", marked.GetProperty("statusReason").GetProperty("coding")[0].Text("code"));
        await navigator.CreatedAsync("Consent", Fixtures.Consent("c2", "p1", "city-hospital"));
        Assert.False((await navigator.GetJsonAsync(task)).TryGetProperty("statusReason", out _));
    }

    [Fact]
    public async Task A_refusal_ends_what_is_owed_and_closes_nothing_to_partners_and_one_that_is_withdrawn_counts_no_more()
    {
        using var navigator = Server.As("navigator");
        using var hospital = Server.As("hospital");
        var task = await navigator.EndAsync("e1", "p1");

        var consent = await navigator.CreatedAsync("Consent", FollowUpWork.Refusal("x", "p1"));

        Assert.Equal("cancelled", (await navigator.GetJsonAsync(task)).Text("status"));
        Assert.Equal(["Condition/d1"], (await hospital.GetJsonAsync("Condition?patient=Patient/p1")).Keys());
        using var withdrawn = await navigator.ChangeAsync(consent, change => change["status"] = "inactive");
        Assert.True(withdrawn.IsSuccessStatusCode, await withdrawn.Content.ReadAsStringAsync());
        var next = await navigator.CreatedAsync("Encounter", FollowUpWork.Contact("p1", "FLD"));
        var owed = (await navigator.GetJsonAsync($"Task?code=follow-up-48h&encounter={next}")).Keys().Single();
        Assert.Equal("requested", (await navigator.GetJsonAsync(owed)).Text("status"));
    }

    private static async Task<HttpResponseMessage> SaidAsync(
        HttpClient client, params IReadOnlyList<(string Code, string? Number, string? Person)> rules)
    {
        var patient = JsonNode.Parse(Fixtures.Patient("p1"))!.AsObject();
        patient["extension"] = rules.Count == 0 ? null : new JsonArray([.. rules.Select(rule =>
        {
            var parts = new JsonArray(new JsonObject { ["url"] = "rule", ["valueCode"] = rule.Code });
            if (rule.Number is not null)
            {
                parts.Add(new JsonObject
                {
                    ["url"] = "telecom",
                    ["valueContactPoint"] = new JsonObject { ["system"] = "phone", ["value"] = rule.Number },
                });
            }

            if (rule.Person is not null)
            {
                parts.Add(new JsonObject { ["url"] = "person", ["valueString"] = rule.Person });
            }

            return (JsonNode)new JsonObject { ["url"] = Rule, ["extension"] = parts };
        })]);
        if (rules.Count == 0)
        {
            patient.Remove("extension");
        }

        return await client.PutFhirAsync("Patient/p1", patient.ToJsonString());
    }
}
