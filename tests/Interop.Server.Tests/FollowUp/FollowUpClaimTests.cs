using System.Text.Json.Nodes;

namespace Interop.Server.Tests.FollowUp;

/// <summary>A follow-up is the agency's, and one person's at a time.</summary>
public class FollowUpClaimTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Encounter("e1", "p1"),
        Practitioner("nav"), Role("nav-role", "nav", "crisis-program"),
        Practitioner("other"), Role("other-role", "other", "crisis-program"),
        Practitioner("both"), Role("both-here", "both", "crisis-program"), Role("both-there", "both", "city-hospital"),
        Practitioner("nurse"), Role("nurse-role", "nurse", "city-hospital"),
        """
        {"resourceType":"CareTeam","id":"team","status":"active","subject":{"reference":"Patient/p1"},
        "managingOrganization":[{"reference":"Organization/crisis-program"}]}
        """,
        """
        {"resourceType":"HealthcareService","id":"desk","active":true,"providedBy":{"reference":"Organization/crisis-program"}}
        """,
    ];

    [Theory]
    [InlineData("Practitioner/nav")]
    [InlineData("PractitionerRole/nav-role")]
    [InlineData("Practitioner/both")]
    [InlineData("CareTeam/team")]
    [InlineData("HealthcareService/desk")]
    public async Task It_is_claimed_handed_over_given_back_and_done(string owner)
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");

        foreach (var next in (string[])[owner, "PractitionerRole/other-role", "Organization/crisis-program", owner])
        {
            using var owned = await navigator.OwnedAsync(task, next);
            Assert.True((int)owned.StatusCode == 200, await owned.Content.ReadAsStringAsync());
        }

        foreach (var status in (string[])["received", "accepted", "in-progress", "on-hold", "in-progress", "completed"])
        {
            using var moved = await navigator.ChangeAsync(task, change =>
            {
                change["status"] = status;
                change["statusReason"] = new JsonObject { ["text"] = "so it is" };
            });
            Assert.True((int)moved.StatusCode == 200, $"{status}: {await moved.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Of_two_who_claim_it_at_once_one_is_told_that_the_other_was_quicker()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");
        var version = await navigator.VersionAsync(task);

        var claims = await Task.WhenAll(
            PatchAsync(navigator, task, "Practitioner/nav", version), PatchAsync(navigator, task, "Practitioner/other", version));

        Assert.Equal([200, 412], claims.Order());
    }

    [Theory]
    [InlineData("Practitioner/nurse")]
    [InlineData("PractitionerRole/nurse-role")]
    [InlineData("Organization/city-hospital")]
    public async Task Nobody_of_another_agency_gets_it(string owner)
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");

        using var owned = await navigator.OwnedAsync(task, owner);

        Assert.Equal("Task.owner", (await owned.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task It_is_not_given_to_nobody()
    {
        using var navigator = Server.As("navigator");
        var task = await navigator.EndAsync("e1", "p1");

        using var owned = await navigator.ChangeAsync(task, change => change.Remove("owner"));

        Assert.Equal("Task.owner", (await owned.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    private static async Task<int> PatchAsync(HttpClient client, string task, string owner, string version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, task)
        {
            Content = new StringContent(
                $$"""[{"op":"replace","path":"/owner/reference","value":"{{owner}}"}]""",
                System.Text.Encoding.UTF8,
                "application/json-patch+json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", $"W/\"{version}\"");
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static string Practitioner(string id) => $$"""{"resourceType":"Practitioner","id":"{{id}}","name":[{"family":"{{id}}"}]}""";

    private static string Role(string id, string practitioner, string organization) => $$"""
        {"resourceType":"PractitionerRole","id":"{{id}}","active":true,"practitioner":{"reference":"Practitioner/{{practitioner}}"},
        "organization":{"reference":"Organization/{{organization}}"} }
        """;
}
