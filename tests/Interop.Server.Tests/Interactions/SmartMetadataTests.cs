
namespace Interop.Server.Tests.Interactions;

/// <summary>What the API says of its security, without a token; the journeys test it with an issuer that tells its places.</summary>
public sealed class SmartMetadataTests : SceneTests
{
    [Fact]
    public async Task The_capability_statement_names_SMART_and_no_places_while_the_issuer_tells_none()
    {
        using var client = Server.WithToken(null);

        var security = (await client.GetJsonAsync("metadata")).GetProperty("rest")[0].GetProperty("security");

        Assert.False(security.TryGetProperty("extension", out _));
        Assert.True(security.GetProperty("cors").GetBoolean());
        var service = security.GetProperty("service")[0];
        Assert.Equal("SMART-on-FHIR", service.GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.NotEqual("", service.GetProperty("text").GetString());
        Assert.Contains("Scopes", security.GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_capability_statement_is_valid_R4()
    {
        using var client = Server.WithToken(null);
        var statement = await client.GetStringAsync(new Uri("metadata", UriKind.Relative));
        using var navigator = Server.As("navigator");

        using var response = await navigator.PostFhirAsync("CapabilityStatement/$validate", statement);

        Assert.DoesNotContain(
            (await response.JsonAsync()).GetProperty("issue").EnumerateArray(),
            issue => issue.GetProperty("severity").GetString() is "error" or "fatal");
    }

    [Fact]
    public async Task Without_a_SMART_configuration_of_the_issuer_there_is_none()
    {
        using var client = Server.WithToken(null);

        using var response = await client.GetAsync(".well-known/smart-configuration");

        await response.OutcomeAsync(404);
    }
}
