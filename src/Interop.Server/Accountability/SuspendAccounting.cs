using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Accountability;

/// <summary>
/// <c>POST /fhir/Patient/[id]/$suspend-accounting</c>: what an agency got is left out of the person's accountings until a time, because an
/// official of it asked for that (45 CFR 164.528(a)(2)). Who asked without writing has thirty days. A time that has passed ends it.
/// </summary>
internal static class SuspendAccounting
{
    private const long MostUnwritten = 30 * 24 * 3_600_000_000L;

    public static void Map(FhirRoutes fhir) => fhir.Post("/Patient/{id}/$suspend-accounting", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedAccounts accounts,
        InteropSettings settings,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("organization", "until", "official", "written");
        if (ResourceKey.TryParse(input.Require("organization")) is not { Type: "Organization" } organization)
        {
            throw new FhirException(IssueCode.Value, "The parameter organization must be Organization/id.");
        }

        if (DateInterval.TryParse(input.Require("until"), settings.TimeZone) is not { } until)
        {
            throw new FhirException(IssueCode.Value, "The parameter until must be a date or a time.");
        }

        if (input["written"] is not (null or "true" or "false"))
        {
            throw new FhirException(IssueCode.Value, "The parameter written must be true or false.");
        }

        var isWritten = input["written"] == "true";
        if (!isWritten && until.Low > clock.GetUtcNow().ToMicroseconds() + MostUnwritten)
        {
            throw new FhirException(IssueCode.BusinessRule, "Without a statement in writing (written) it lasts thirty days at most.");
        }

        await accounts.SuspendAsync(
            caller, new(patient, organization.Id, until.Low, input.Require("official"), isWritten), cancellationToken);
        return FhirResult.Checked([new(IssueSeverity.Information, "informational", "It is written down.", null)]);
    }
}
