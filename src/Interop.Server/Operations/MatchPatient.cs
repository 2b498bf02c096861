using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Guard.Matching;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>Patient/$match</c>: https://hl7.org/fhir/R4/patient-operation-match.html. In: Parameters with <c>resource</c>, a Patient that
/// describes the person, <c>onlyCertainMatches</c> and <c>count</c>.
/// </summary>
internal static class MatchPatient
{
    private const int UsualCount = 10;
    private const int MostCount = 100;

    public static void Map(FhirRoutes fhir) => fhir.Post("/Patient/$match", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, PersonMatches matches, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("resource", "onlyCertainMatches", "count");
        var onlyCertain = input["onlyCertainMatches"] switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw new FhirException(IssueCode.Value, "The parameter onlyCertainMatches must be true or false."),
        };
        var person = PersonDescription.Of(PatientOf(input));
        var count = Math.Min(input.Number("count") ?? UsualCount, MostCount);
        var found = await matches.FindAsync(caller, person, onlyCertain, count, cancellationToken);
        return FhirResult.Bundle(new(
            "searchset",
            settings.PublicUrl,
            [.. found.Select(match => new BundleItem(match.Disclosure)
            {
                SearchMode = "match", Score = match.Score.Value, Grade = match.Score.Grade,
            })])
        {
            Total = found.Count,
        });
    }

    /// <exception cref="FhirException">400: there is none, or it is no valid Patient.</exception>
    private static byte[] PatientOf(OperationInput input)
    {
        var patient = input.Resources.GetValueOrDefault("resource")
            ?? throw new FhirException(
                IssueCode.Required, "The parameter resource is missing.", "Parameters.parameter.where(name='resource')");
        var issues = ResourceValidator.Validate(patient).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
        if (issues.Count > 0)
        {
            throw new FhirException(400, issues);
        }

        return ResourceJson.ReadHeader(patient)?.Type == "Patient"
            ? patient
            : throw new FhirException(
                IssueCode.Invalid, "The parameter resource must be a Patient.", "Parameters.parameter.where(name='resource').resource");
    }
}
