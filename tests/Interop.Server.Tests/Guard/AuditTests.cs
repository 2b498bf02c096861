using System.Text.Json;
using Interop.Server.Guard.Trail;
using Interop.Server.Security;
using Interop.Storage.Audit;

namespace Interop.Server.Tests.Guard;

/// <summary>What the privacy officer finds in the trail of a request.</summary>
public sealed class AuditTests : SceneTests
{
    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"),
        Fixtures.Agreement("city-hospital"),
        Fixtures.Patient("p1"),
        Fixtures.Condition("c1", "p1"),
    ];

    [Fact]
    public async Task A_permitted_read_names_caller_resource_version_and_tier()
    {
        var row = await RowOfAsync("hospital", "Patient/p1", 200);

        Assert.Equal(
            ("demo-hospital", "city-hospital", "TREAT", "read", "Patient/p1", "permit"),
            (row.Client, row.Organization, row.Purposes, row.Interaction, row.Target, row.Outcome));
        Assert.Equal(1, Detail(row).GetProperty("tier").GetInt32());
    }

    [Fact]
    public async Task A_withheld_and_an_unknown_resource_look_alike_outside_and_are_told_apart_here()
    {
        var withheld = await RowOfAsync("hospital", "Condition/c1", 404);
        var unknown = await RowOfAsync("hospital", "Condition/c2", 404);

        Assert.Equal(("deny", "p1"), (withheld.Outcome, withheld.Patient));
        Assert.Equal("absent", unknown.Outcome);
    }

    [Fact]
    public async Task A_consent_that_is_not_evaluated_denies_and_the_explanation_says_which_element()
    {
        await Server.ImportAsync(
            Custodian,
            Fixtures.Consent("odd", "p1", "city-hospital")
                .Replace("\"provision\":{", "\"provision\":{\"dataPeriod\":{\"start\":\"2026-01-01\"},", StringComparison.Ordinal));

        var row = await RowOfAsync("hospital", "Patient/p1", 404);

        Assert.Equal(("deny", "p1"), (row.Outcome, row.Patient));
        var reasons = await Server.Part<Explanation>()
            .OfAsync(Caller.Operator, "Organization/city-hospital", "Patient/p1", ["TREAT"], ["clinician"], null, CancellationToken.None);
        Assert.Contains(reasons, reason =>
            reason.Contains("Consent/odd", StringComparison.Ordinal) && reason.Contains("provision.dataPeriod", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_search_names_what_it_disclosed()
    {
        var row = await RowOfAsync("hospital", "Patient?family=Testa", 200);

        Assert.Equal("Patient/p1 v1 Basic", Detail(row).GetProperty("disclosed")[0].GetString());
        Assert.Equal("family=Testa", Detail(row).GetProperty("query").GetString());
    }

    [Fact]
    public async Task Nothing_of_a_resource_stands_in_the_trail()
    {
        await RowOfAsync("navigator", "Patient/p1", 200);
        using var navigator = Server.As("navigator");
        using var created = await navigator.PostFhirAsync("Patient", Fixtures.Patient("x", "Geheimname"));
        using var refused = await navigator.PostFhirAsync(
            "Patient", Fixtures.Patient("x", "Geheimname").Replace("female", "weiblich", StringComparison.Ordinal));

        Assert.Equal((201, 400), ((int)created.StatusCode, (int)refused.StatusCode));
        Assert.DoesNotContain(await RowsAsync(), row => JsonSerializer.Serialize(row).Contains("Geheimname", StringComparison.Ordinal));
    }

    private static JsonElement Detail(AuditRow row)
    {
        using var document = JsonDocument.Parse(row.Detail);
        return document.RootElement.Clone();
    }

    private async Task<AuditRow> RowOfAsync(string caller, string path, int status)
    {
        using var client = Server.As(caller);
        using var response = await client.GetAsync(path);
        Assert.Equal(status, (int)response.StatusCode);
        return (await RowsAsync())[^1];
    }

    private async Task<List<AuditRow>> RowsAsync()
    {
        return [.. (await Server.Rows.AuditAsync(0, 1000, CancellationToken.None)).Select(entry => entry.Row)];
    }
}
