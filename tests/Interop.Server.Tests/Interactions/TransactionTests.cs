
namespace Interop.Server.Tests.Interactions;

/// <summary>
/// Transactions: references between entries, conditional references and creates (https://hl7.org/fhir/R4/http.html#trules).
/// </summary>
public class TransactionTests : SceneTests
{
    private const string Load = """
        {"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11","resource":{"resourceType":"Patient","identifier":[{"system":"urn:t",
        "value":"1"}]},"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:t|1"}},
        {"fullUrl":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a12","resource":{"resourceType":"Observation","status":"final",
        "code":{"text":"x"},"subject":{"reference":"urn:uuid:7d0e2b1c-3f43-4a52-9b43-0f5a5e1c2a11"},"performer":[
        {"reference":"Organization?name=crisis-program"}]},"request":{"method":"POST","url":"Observation"}}]}
        """;

    [Fact]
    public async Task A_second_load_does_what_the_conditions_say()
    {
        using var client = Server.As("navigator");
        for (var load = 0; load < 2; load++)
        {
            using var response = await client.PostFhirAsync("", Load);
            Assert.Equal(200, (int)response.StatusCode);
        }

        var patient = Assert.Single((await client.GetJsonAsync("Patient")).Keys());
        var observations =
            await client.GetJsonAsync($"Observation?subject={patient}&performer=Organization/crisis-program&_total=accurate");
        Assert.Equal(2, observations.GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("Organization?name=nobody")]
    [InlineData("Organization?_lastUpdated=gt2000-01-01")]
    public async Task A_conditional_reference_that_is_not_to_one_resource_undoes_everything(string reference)
    {
        await Server.ImportAsync(Custodian, Fixtures.Organization("another", "shelter"));
        using var client = Server.As("navigator");

        using var response =
            await client.PostFhirAsync("", Load.Replace("Organization?name=crisis-program", reference, StringComparison.Ordinal));

        var issue = await response.OutcomeAsync(412);
        Assert.Equal("Bundle.entry[1].resource", issue.GetProperty("expression")[0].GetString());
        Assert.Empty((await client.GetJsonAsync("Patient")).Keys());
    }

    [Theory]
    [InlineData("navigator", 403)]
    [InlineData("privacy", 200)]
    public async Task What_its_writer_may_not_see_undoes_a_transaction_as_it_undoes_a_single_write(string writer, int status)
    {
        using var client = Server.As(writer);

        using var response = await client.PostFhirAsync("", Load.Replace(
            "\"status\":\"final\"",
            "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"PSYTHPN\"}]},"
                + "\"status\":\"final\"",
            StringComparison.Ordinal));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, (await client.GetJsonAsync("Patient")).Keys().Count);
    }
}
