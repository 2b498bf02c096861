
namespace Interop.Server.Tests.Security;

/// <summary>What the claims about a person and a patient must be.</summary>
public sealed partial class SmartScopeTests
{
    [Theory]
    [InlineData("user/*.rs", "hospital", null, 200)]
    [InlineData("user/*.rs", "demo-hospital", null, 403)]
    [InlineData("user/*.rs", "demo-hospital", "Practitioner/dr", 200)]
    [InlineData("system/*.rs", "demo-hospital", null, 200)]
    public async Task A_user_scope_needs_a_token_about_a_user(string scope, string subject, string? fhirUser, int status)
    {
        using var client =
            Server.As(Hospital with { Scope = scope }, fhirUser is null ? [("sub", subject)] : [("sub", subject), ("fhirUser", fhirUser)]);

        using var response = await client.GetAsync("Patient/p1");

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("Patient/p1")]
    [InlineData("RelatedPerson/r")]
    [InlineData("Person/x")]
    [InlineData("PractitionerRole/x")]
    [InlineData("https://elsewhere.example/fhir/Patient/p1")]
    [InlineData("somebody")]
    [InlineData("")]
    public async Task Whoever_is_no_practitioner_has_no_role_of_an_agency(string fhirUser)
    {
        using var client = Server.As(Hospital, ("fhirUser", fhirUser));

        using var response = await client.GetAsync("Patient/p1");

        await response.OutcomeAsync(401);
    }

    [Theory]
    [InlineData("Practitioner/dr", true)]
    [InlineData(RunningServer.PublicUrl + "/Practitioner/dr", true)]
    [InlineData("https://elsewhere.example/fhir/Practitioner/dr", false)]
    public async Task A_practitioner_of_another_server_is_not_ours_of_the_same_id(string fhirUser, bool isOurs)
    {
        using var client = Server.As(Hospital, ("fhirUser", fhirUser));

        using var response = await client.GetAsync("Patient/p1");

        Assert.Equal(200, (int)response.StatusCode);
        var row = (await Server.Rows.AuditAsync(0, 10_000, CancellationToken.None))[^1].Row;
        Assert.Equal(isOurs ? "dr" : null, row.Practitioner);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Patient/p1")]
    [InlineData("p1 p2")]
    public async Task A_patient_claim_that_is_no_id_is_refused(string patient)
    {
        using var client = Server.As(Hospital with { Scope = "patient/*.rs" }, ("patient", patient));

        using var response = await client.GetAsync("Patient/p1");

        await response.OutcomeAsync(401);
    }
}
