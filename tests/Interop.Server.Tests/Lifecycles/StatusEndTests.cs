using Interop.Fhir.Schema;
using Interop.Server.Lifecycles;
using Interop.Server.Tests.FollowUp;

namespace Interop.Server.Tests.Lifecycles;

/// <summary>What has ended does not go back, type by type.</summary>
public sealed class StatusEndTests : SceneTests
{
    private const string Code = "\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"183524004\"}]}";

    protected override IReadOnlyList<string> Scene =>
        [Fixtures.Patient("p1"), Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital")];

    [Theory]
    [InlineData("Procedure", "completed", "in-progress", "")]
    [InlineData("Procedure", "not-done", "completed", "")]
    [InlineData("ServiceRequest", "completed", "active", ",\"intent\":\"order\"")]
    [InlineData("ServiceRequest", "revoked", "draft", ",\"intent\":\"order\"")]
    [InlineData("Observation", "final", "preliminary", "," + Code)]
    [InlineData("Communication", "completed", "in-progress", "")]
    [InlineData("CarePlan", "completed", "active", ",\"intent\":\"plan\"")]
    public async Task It_stays_or_was_an_error(string type, string end, string back, string more)
    {
        using var navigator = Server.As("navigator");
        var key = await navigator.CreatedAsync(
            type, $$"""{"resourceType":"{{type}}","status":"{{end}}","subject":{"reference":"Patient/p1"}{{more}} }""");

        using var again = await navigator.ChangeAsync(key, resource => resource["language"] = "en");
        using var reopened = await navigator.ChangeAsync(key, resource => resource["status"] = back);
        using var error = await navigator.ChangeAsync(key, resource => resource["status"] = "entered-in-error");
        using var restored = await navigator.ChangeAsync(key, resource => resource["status"] = end);

        Assert.Equal(200, (int)again.StatusCode);
        Assert.Equal($"{type}.status", (await reopened.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        Assert.Equal(200, (int)error.StatusCode);
        Assert.Equal($"{type}.status", (await restored.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task A_consent_that_was_revoked_is_given_anew_and_not_brought_back()
    {
        using var navigator = Server.As("navigator");
        var key = await navigator.CreatedAsync("Consent", Fixtures.Consent("c1", "p1", "city-hospital"));
        using var revoked = await navigator.ChangeAsync(key, consent => consent["status"] = "inactive");
        Assert.Equal(200, (int)revoked.StatusCode);

        using var again = await navigator.ChangeAsync(key, consent => consent["status"] = "active");

        Assert.Equal("Consent.status", (await again.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public void The_table_names_types_of_R4_and_from_everything_that_has_ended_one_can_say_that_it_was_an_error()
    {
        Assert.All(StatusEnds.Types, type => Assert.True(FhirFacts.R4.IsResourceType(type)));
        Assert.All(
            (string[])["rejected", "cancelled", "failed", "completed"],
            status => Assert.Equal([StatusEnds.Error], StatusEnds.After("Task", status)));
        Assert.Null(StatusEnds.After("Task", "accepted"));
    }
}
