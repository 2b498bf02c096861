using Interop.Fhir.Terminology;
using Interop.Server.Http;
using Interop.Server.Routing;

namespace Interop.Server.Operations;

/// <summary><c>GET</c> or <c>POST /fhir/CodeSystem/$lookup</c>: https://hl7.org/fhir/R4/codesystem-operation-lookup.html.</summary>
internal static class LookupCode
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Compute("GET", "/CodeSystem/$lookup", HandleAsync);
        fhir.Compute("POST", "/CodeSystem/$lookup", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpRequest request, TerminologySet terminology, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("system", "code", "version", "coding");
        var coding = CodingInput.From(input);
        var system = coding.System ?? throw new FhirException(IssueCode.Required, "The parameter system is missing.");
        return TerminologyResult.Of(terminology.Lookup(TerminologyResult.WithVersion(system, input["version"]), coding.Code));
    }
}
