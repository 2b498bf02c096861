using Interop.Demo;

namespace Interop.Server.Tests.Agreements;

/// <summary>What the agency, the custodian's administrator and the issuer are told of an agreement, and nobody else.</summary>
public sealed class AgreementStandingTests : SceneTests
{
    private const string Operation = "Organization/city-hospital/$agreement";
    private static readonly DemoCaller Administrator = new("office", Custodian, [], ["agency-administrator"], "system/Contract.r");

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Organization("city-police", "police"),
        Fixtures.Agreement("city-police", "basic", ["OVRPS"]),
        Fixtures.Agreement("city-hospital", "full", ["TREAT", "COC"], scopes: ["system/Task.rus"]),
    ];

    [Theory]
    [InlineData("office")]
    [InlineData("hospital")]
    public async Task It_is_told_with_its_ceilings_to_the_agency_and_to_the_administrator(string caller)
    {
        using var client = caller == "office" ? Server.As(Administrator) : Server.As(caller);
        var parameters = (await client.GetJsonAsync(Operation)).GetProperty("parameter");

        Assert.True(parameters[0].GetProperty("valueBoolean").GetBoolean());
        var parts = parameters[1].GetProperty("part").EnumerateArray().ToLookup(part => part.GetProperty("name").GetString());
        Assert.Equal(["TREAT", "COC"], parts["purpose"].Select(part => part.GetProperty("valueCode").GetString()));
        Assert.Equal(["system/Task.rus"], parts["scope"].Select(part => part.GetProperty("valueString").GetString()));
        Assert.Equal("2028-01-01T00:00:00.000Z", parts["end"].Single().GetProperty("valueInstant").GetString());
    }

    [Fact]
    public async Task One_that_rests_is_told_as_not_in_force_and_why()
    {
        await Server.ImportAsync(Custodian, Fixtures.Agreement("city-hospital").Replace(
            "\"status\":\"executed\"",
            $$"""
            "modifierExtension":[{"url":"{{Fixtures.Base}}/StructureDefinition/agreement-suspension","valueString":"x"}],"status":"executed"
            """,
            StringComparison.Ordinal));
        using var administrator = Server.As(Administrator);
        var parameters = (await administrator.GetJsonAsync(Operation)).GetProperty("parameter");

        Assert.False(parameters[0].GetProperty("valueBoolean").GetBoolean());
        Assert.Contains("it is suspended", parameters[1].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agency_is_told_nothing_of_another_ones()
    {
        using var police = Server.As("police");
        using var navigator = Server.As("navigator");
        using var response = await police.GetAsync(Operation);
        using var other = await navigator.GetAsync(Operation);

        await response.OutcomeAsync(403);
        await other.OutcomeAsync(403);
    }
}
