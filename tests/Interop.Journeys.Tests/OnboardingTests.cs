using System.Text.Json.Nodes;
using Interop.Demo;

namespace Interop.Journeys.Tests;

/// <summary>An agency comes in and goes out by HTTP alone, with the complete examples that the README shows.</summary>
public sealed class OnboardingTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private string agency = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var privacy = server.As("privacy");
        agency = await privacy.CreatedAsync("Organization", Fixtures.Organization("new", "hospital"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task The_examples_of_the_README_open_a_record_and_close_it_again()
    {
        using var privacy = server.As("privacy");
        using var navigator = server.As("navigator");
        using var hospital = server.As(Hospital());
        var patient = await navigator.CreatedAsync("Patient", Fixtures.Patient("p"));
        var condition =
            await navigator.CreatedAsync("Condition", Fixtures.Condition("c", "p").Replace("Patient/p", patient, StringComparison.Ordinal));
        await StatusAsync(hospital, patient, 403);

        var contract = await privacy.CreatedAsync("Contract", Example("Contract-hospital-agreement.json", patient));
        await StatusAsync(hospital, patient, 200);
        await StatusAsync(hospital, condition, 404);

        var consent = await navigator.CreatedAsync("Consent", Example("Consent-intermediate.json", patient));
        await StatusAsync(hospital, condition, 200);

        await ReplaceAsync(navigator, consent, "status", "inactive");
        await StatusAsync(hospital, condition, 404);

        await ReplaceAsync(privacy, contract, "status", "terminated");
        await StatusAsync(hospital, patient, 403);
        using var written = await hospital.PostFhirAsync("Patient", Fixtures.Patient("x"));
        await written.OutcomeAsync(403);
    }

    [Fact]
    public async Task An_agreement_without_one_of_its_five_subjects_is_a_draft_at_most()
    {
        using var privacy = server.As("privacy");
        using var hospital = server.As(Hospital());
        var example = JsonNode.Parse(Example("Contract-hospital-agreement.json", "Patient/none"))!;
        example["term"]!.AsArray().RemoveAt(4);

        using var response = await privacy.PostFhirAsync("Contract", example.ToJsonString());

        Assert.Contains(
            "term metrics is missing", (await response.OutcomeAsync(422)).GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
        example["status"] = "negotiable";
        using var draft = await privacy.PostFhirAsync("Contract", example.ToJsonString());
        Assert.Equal(201, (int)draft.StatusCode);
        using var directory = await hospital.GetAsync("Organization/crisis-program");
        await directory.OutcomeAsync(403);
    }

    [Fact]
    public async Task A_profile_that_a_resource_declares_is_checked_when_it_is_written()
    {
        using var privacy = server.As("privacy");
        var example = JsonNode.Parse(Example("Contract-hospital-agreement.json", "Patient/none"))!;
        example["term"]![1]!["securityLabel"]![0]!["classification"]!["code"] = "everything";

        using var response = await privacy.PostFhirAsync("Contract", example.ToJsonString());

        var issue = await response.OutcomeAsync(400);
        Assert.StartsWith("Contract.term", issue.GetProperty("expression")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agreement_ends_at_its_instant()
    {
        using var privacy = server.As("privacy");
        using var hospital = server.As(Hospital());
        await privacy.CreatedAsync("Contract", Example("Contract-hospital-agreement.json", "Patient/none"));
        await StatusAsync(hospital, "Organization/crisis-program", 200);

        server.Clock.Advance(new DateTimeOffset(2027, 12, 31, 23, 59, 59, TimeSpan.Zero) - server.Clock.GetUtcNow());
        await StatusAsync(hospital, "Organization/crisis-program", 200);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await StatusAsync(hospital, "Organization/crisis-program", 403);
    }

    [Fact]
    public async Task Nobody_grants_himself_what_others_keep()
    {
        using var privacy = server.As("privacy");
        await privacy.CreatedAsync("Contract", Example("Contract-hospital-agreement.json", "Patient/none"));
        using var hospital = server.As(Hospital() with { Roles = ["clinician", "privacy-officer", "agency-administrator"] });
        using var navigator = server.As("navigator");
        var patient = await navigator.CreatedAsync("Patient", Fixtures.Patient("p"));

        using var consent = await hospital.PostFhirAsync("Consent", Example("Consent-intermediate.json", patient));
        using var contract = await hospital.PostFhirAsync("Contract", Example("Contract-hospital-agreement.json", patient));
        using var organization = await hospital.PostFhirAsync("Organization", Fixtures.Organization("x", "hospital"));
        using var agreement = await navigator.PostFhirAsync("Contract", Example("Contract-hospital-agreement.json", patient));

        Assert.Equal("Consent.organization", (await consent.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        Assert.Equal("Contract.term.offer.party", (await contract.OutcomeAsync(422)).GetProperty("expression")[0].GetString());
        await organization.OutcomeAsync(403);
        await agreement.OutcomeAsync(403);
    }

    private DemoCaller Hospital() => new("new-hospital", agency.Split('/')[1], ["TREAT"], ["clinician"], "system/*.cruds");

    /// <summary>An example file with this test's ids.</summary>
    private string Example(string file, string patient) =>
        File.ReadAllText(Path.Combine(Repository.Root, "profiles", "crisis", "examples", file))
            .Replace("Organization/city-hospital", agency, StringComparison.Ordinal)
            .Replace("Patient/example", patient, StringComparison.Ordinal);

    private static async Task ReplaceAsync(HttpClient client, string key, string element, string value)
    {
        var resource = JsonNode.Parse((await client.GetJsonAsync(key)).GetRawText())!;
        resource[element] = value;
        using var response = await client.PutFhirAsync(key, resource.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task StatusAsync(HttpClient client, string path, int status)
    {
        using var response = await client.GetAsync(path);
        Assert.Equal((path, status), (path, (int)response.StatusCode));
    }
}
