using Hl7.Fhir.Model;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Oversight;

/// <summary>
/// <c>Patient/[id]/$break-glass</c>: in an emergency a person of an agency reads what nobody agreed to, for an hour, and answers for it
/// (docs/sharing.md). <c>$end-break-glass</c> ends it before.
/// </summary>
internal static class BreakGlass
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Post("/Patient/{id}/$break-glass", FhirInteraction.Operation, DeclareAsync);
        fhir.Post("/Patient/{id}/$end-break-glass", FhirInteraction.Operation, EndAsync);
    }

    private static async System.Threading.Tasks.Task<IResult> DeclareAsync(
        string id, Caller caller, HttpRequest request, EmergencyAccess emergencies, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("reason", "justification");
        var until = await emergencies.DeclareAsync(
            caller, patient, EmergencyReason.Of(input.Require("reason"), input.Require("justification")), cancellationToken);
        return FhirResult.Of(new OperationOutput().Add("until", new Instant(until)));
    }

    private static async System.Threading.Tasks.Task<IResult> EndAsync(
        string id, Caller caller, HttpRequest request, EmergencyAccess emergencies, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        (await OperationInput.ReadAsync(request, cancellationToken)).Allow();
        await emergencies.EndAsync(caller, patient, cancellationToken);
        return FhirResult.NoContent();
    }
}

/// <summary>Why somebody breaks the glass.</summary>
/// <param name="Code">Of the code system break-glass-reason.</param>
internal sealed record EmergencyReason(string Code, string Justification)
{
    /// <summary>The one reason for which Part 2 records may go to medical personnel (42 CFR 2.51).</summary>
    public const string Medical = "medical-emergency";

    private const int Shortest = 10;
    private const int Longest = 2_000;

    private static readonly string[] Codes = [Medical, "imminent-danger", "unable-to-consent"];

    /// <exception cref="FhirException">400.</exception>
    public static EmergencyReason Of(string code, string justification)
    {
        if (!Codes.Contains(code))
        {
            throw new FhirException(
                IssueCode.CodeInvalid,
                $"The parameter reason is one of {string.Join(", ", Codes)}.",
                "Parameters.parameter.where(name='reason')");
        }

        return justification.Trim().Length is >= Shortest and <= Longest
            ? new(code, justification.Trim())
            : throw new FhirException(
                IssueCode.Value,
                $"The parameter justification says in {Shortest} to {Longest} characters what happens.",
                "Parameters.parameter.where(name='justification')");
    }
}
