using System.Text.Json.Nodes;
using Interop.Demo;

namespace Interop.Server.Tests.Agreements;

/// <summary>An agreement from its first draft to its end, and what the agency may do at each of its states.</summary>
public sealed class AgreementLifeTests : SceneTests
{
    private const string Suspension = $"{Fixtures.Base}/StructureDefinition/agreement-suspension";
    private static readonly DemoCaller Administrator = new("office", Custodian, [], ["agency-administrator"], "system/*.cruds");

    protected override IReadOnlyList<string> Scene => [Fixtures.Organization("city-hospital", "hospital"), Fixtures.Patient("p1")];

    [Fact]
    public async Task It_is_negotiated_executed_suspended_resumed_amended_and_terminated()
    {
        using var administrator = Server.As(Administrator);
        using var hospital = Server.As("hospital");
        var contract = await administrator.CreatedAsync("Contract", Draft("negotiable"));
        await StatusAsync(hospital, 403);

        await StepAsync(administrator, contract, resource => resource["status"] = "executed");
        await StatusAsync(hospital, 200);

        await StepAsync(administrator, contract, Suspend);
        await StatusAsync(hospital, 403);
        using (var written = await hospital.PostFhirAsync("Basic", """{"resourceType":"Basic","code":{"text":"x"}}"""))
        {
            Assert.Equal(
                "No agreement with this agency is in force.", (await written.OutcomeAsync(403)).GetProperty("diagnostics").GetString());
            Assert.Empty(written.Headers.WwwAuthenticate); // no other scope would help
        }

        await StepAsync(administrator, contract, resource => resource.Remove("modifierExtension"));
        await StatusAsync(hospital, 200);

        await StepAsync(administrator, contract, resource =>
        {
            resource["status"] = "amended";
            resource["applies"]!["end"] = "2028-12-31";
        });
        await StatusAsync(hospital, 200);

        await StepAsync(administrator, contract, resource => resource["status"] = "terminated");
        await StatusAsync(hospital, 403);
        await RefusedAsync(administrator, contract, "Contract.status", resource => resource["status"] = "executed");
    }

    [Theory]
    [InlineData("amended")]
    [InlineData("terminated")]
    [InlineData("revoked")]
    public async Task It_begins_negotiable_or_executed(string status)
    {
        using var administrator = Server.As(Administrator);
        using var response = await administrator.PostFhirAsync("Contract", Draft(status));

        Assert.Equal("Contract.status", (await response.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
    }

    [Fact]
    public async Task An_incomplete_one_is_not_executed_and_the_gap_is_named()
    {
        using var administrator = Server.As(Administrator);
        var contract = await administrator.CreatedAsync("Contract", Draft("negotiable"));
        await StepAsync(administrator, contract, resource => Sharing(resource).AsObject().Remove("action"));

        var issue = await RefusedAsync(administrator, contract, "Contract", resource => resource["status"] = "executed");

        Assert.Contains("no purpose is stated", issue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_terms_of_an_executed_one_change_only_as_amended_and_its_parties_never()
    {
        using var administrator = Server.As(Administrator);
        var contract = await administrator.CreatedAsync("Contract", Draft("executed"));

        await RefusedAsync(administrator, contract, "Contract.applies", resource => resource["applies"]!["end"] = "2028-12-31");
        await RefusedAsync(administrator, contract, "Contract.term.offer.party", resource =>
        {
            resource["status"] = "amended";
            Sharing(resource)["offer"]!["party"]![1]!["reference"]![0]!["reference"] = "Organization/city-police";
        });
        await RefusedAsync(administrator, contract, "Contract.meta.profile", resource => resource.Remove("meta"));
    }

    [Fact]
    public async Task What_was_executed_is_terminated_and_not_deleted()
    {
        using var administrator = Server.As(Administrator);
        var executed = await administrator.CreatedAsync("Contract", Draft("executed"));
        var draft = await administrator.CreatedAsync("Contract", Draft("negotiable"));

        using (var refused = await administrator.DeleteAsync(new Uri(executed, UriKind.Relative)))
        {
            await refused.OutcomeAsync(422);
        }

        using var deleted = await administrator.DeleteAsync(new Uri(draft, UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }

    [Fact]
    public async Task A_draft_can_not_be_suspended()
    {
        using var administrator = Server.As(Administrator);
        var draft = await administrator.CreatedAsync("Contract", Draft("negotiable"));

        await RefusedAsync(administrator, draft, "Contract.modifierExtension", Suspend);
    }

    [Fact]
    public async Task The_administrator_keeps_agreements_and_directory_and_sees_nobodys_record()
    {
        using var administrator = Server.As(Administrator);
        await administrator.CreatedAsync("Contract", Draft("executed"));

        Assert.Single((await administrator.GetJsonAsync("Contract")).Keys());
        Assert.Empty((await administrator.GetJsonAsync("Patient")).Keys());
        using var patient = await administrator.GetAsync("Patient/p1");
        await patient.OutcomeAsync(404);
        using var written = await administrator.PostFhirAsync("Patient", Fixtures.Patient("p2"));
        await written.OutcomeAsync(403);
    }

    [Theory]
    [InlineData("Patient/p1")]
    [InlineData("Patient/p1", "Patient/p2")]
    public async Task A_contract_that_concerns_persons_is_not_the_administrators_to_see(params string[] persons)
    {
        var subjects = string.Join(',', persons.Select(person => $$"""{"reference":"{{person}}"}"""));
        await Server.ImportAsync(
            Custodian, $$"""{"resourceType":"Contract","id":"private","status":"executed","subject":[{{subjects}}]}""");
        using var administrator = Server.As(Administrator);
        using var privacy = Server.As("privacy");

        using var hidden = await administrator.GetAsync("Contract/private");
        await hidden.OutcomeAsync(404);
        Assert.Empty((await administrator.GetJsonAsync("Contract")).Keys());
        await privacy.GetJsonAsync("Contract/private");
    }

    [Fact]
    public async Task The_custodians_administrator_alone_names_a_new_organization()
    {
        using var administrator = Server.As(Administrator);
        using var navigator = Server.As("navigator");
        using var byNavigator = await navigator.PutFhirAsync("Organization/harbor", Fixtures.Organization("harbor", "shelter"));
        using var named = await administrator.PutFhirAsync("Organization/harbor", Fixtures.Organization("harbor", "shelter"));
        using var again = await administrator.PutFhirAsync("Organization/harbor", Fixtures.Organization("harbor", "shelter"));
        using var typing = await administrator.PutFhirAsync("Organization/bay", Fixtures.Organization("bay", "sheltr"));
        using var patient = await administrator.PutFhirAsync("Practitioner/x", """{"resourceType":"Practitioner","id":"x"}""");

        await byNavigator.OutcomeAsync(404);
        Assert.Equal((201, 200), ((int)named.StatusCode, (int)again.StatusCode));
        Assert.Equal("Organization.type", (await typing.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        await patient.OutcomeAsync(404);
    }

    private static string Draft(string status) => Fixtures.Agreement("city-hospital", status: status);

    private static JsonNode Sharing(JsonObject contract) => contract["term"]!.AsArray().Single(term => term!["action"] is not null)!;

    private static void Suspend(JsonObject contract) =>
        contract["modifierExtension"] =
            new JsonArray(new JsonObject { ["url"] = Suspension, ["valueString"] = "An incident is looked into." });

    private static async Task StatusAsync(HttpClient client, int status)
    {
        using var response = await client.GetAsync("Patient/p1");
        Assert.Equal(status, (int)response.StatusCode);
    }

    private static async Task StepAsync(HttpClient client, string contract, Action<JsonObject> change)
    {
        using var response = await ChangedAsync(client, contract, change);
        Assert.True((int)response.StatusCode == 200, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> RefusedAsync(HttpClient client, string contract, string expression, Action<JsonObject> change)
    {
        using var response = await ChangedAsync(client, contract, change);
        var issue = await response.OutcomeAsync(422);
        Assert.Equal(expression, issue.GetProperty("expression")[0].GetString());
        return issue.GetProperty("diagnostics").GetString()!;
    }

    private static async Task<HttpResponseMessage> ChangedAsync(HttpClient client, string contract, Action<JsonObject> change)
    {
        var resource = JsonNode.Parse((await client.GetJsonAsync(contract)).GetRawText())!.AsObject();
        change(resource);
        return await client.PutFhirAsync(contract, resource.ToJsonString());
    }
}
