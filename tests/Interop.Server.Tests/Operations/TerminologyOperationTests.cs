
namespace Interop.Server.Tests.Operations;

/// <summary><c>$expand</c>, <c>$validate-code</c> and <c>$lookup</c>, by GET and POST.</summary>
public sealed class TerminologyOperationTests : IAsyncLifetime
{
    private const string Risk = "https://interop.example/fhir/ValueSet/risk-level";
    private const string RiskSystem = "https://interop.example/fhir/CodeSystem/risk-level";

    private RunningServer server = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        client = server.As("hospital");
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_value_set_of_ours_and_one_of_R4_expand()
    {
        var ours = await client.GetJsonAsync($"ValueSet/$expand?url={Risk}&filter=mod");
        var official =
            await client.GetJsonAsync("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender&count=2&offset=1");

        Assert.Equal("Moderate", ours.GetProperty("expansion").GetProperty("contains")[0].GetProperty("display").GetString());
        Assert.Equal(4, official.GetProperty("expansion").GetProperty("total").GetInt32());
        Assert.Equal(2, official.GetProperty("expansion").GetProperty("contains").GetArrayLength());
    }

    [Fact]
    public async Task A_code_is_validated_and_looked_up()
    {
        var yes = await client.GetJsonAsync($"ValueSet/$validate-code?url={Risk}&system={RiskSystem}&code=low");
        using var posted = await client.PostFhirAsync(
            "ValueSet/$validate-code",
            $$$"""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"{{{Risk}}}"},"""
                + $$$"""{"name":"coding","valueCoding":{"system":"{{{RiskSystem}}}","code":"none"}}]}""");
        var no = await posted.JsonAsync();
        var concept = await client.GetJsonAsync($"CodeSystem/$lookup?system={RiskSystem}&code=high");

        Assert.True(yes.GetProperty("parameter")[0].GetProperty("valueBoolean").GetBoolean());
        Assert.False(no.GetProperty("parameter")[0].GetProperty("valueBoolean").GetBoolean());
        Assert.Contains("Do not leave alone.", concept.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ValueSet/$expand?url=http://nowhere/vs", 404)]
    [InlineData("ValueSet/$expand", 400)]
    [InlineData("ValueSet/$expand?url=http://nowhere/vs&count=-1", 400)]
    [InlineData("ValueSet/$expand?url=http://nowhere/vs&colour=red", 400)]
    [InlineData("ValueSet/$validate-code?url=http://nowhere/vs&code=a", 404)]
    [InlineData("ValueSet/$validate-code?url=http://nowhere/vs", 400)]
    [InlineData("ValueSet/$validate-code?url=http://nowhere/vs&coding=a", 400)]
    [InlineData("CodeSystem/$lookup?system=http://loinc.org&code=1-8", 404)]
    [InlineData("CodeSystem/$lookup?system=https://interop.example/fhir/CodeSystem/risk-level&code=none", 404)]
    [InlineData("CodeSystem/$lookup?code=a", 400)]
    public async Task What_is_not_loaded_or_not_asked_well_is_said(string path, int status)
    {
        using var response = await client.GetAsync(path);

        await response.OutcomeAsync(status);
    }

    [Fact]
    public async Task The_operations_are_in_the_capability_statement_once()
    {
        var statement = await client.GetJsonAsync("metadata");
        var valueSet = statement.GetProperty("rest")[0].GetProperty("resource").EnumerateArray()
            .Single(resource => resource.GetProperty("type").GetString() == "ValueSet");

        Assert.Equal(
            ["expand", "validate", "validate-code"],
            valueSet.GetProperty("operation").EnumerateArray().Select(operation => operation.GetProperty("name").GetString()!).Order());
    }
}
