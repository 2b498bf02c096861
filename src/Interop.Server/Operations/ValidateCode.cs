using Interop.Fhir.Terminology;
using Interop.Server.Http;
using Interop.Server.Routing;

namespace Interop.Server.Operations;

/// <summary>
/// <c>GET</c> or <c>POST /fhir/ValueSet/$validate-code</c>: https://hl7.org/fhir/R4/valueset-operation-validate-code.html, by <c>url</c>,
/// with <c>code</c> and <c>system</c> or a <c>coding</c>.
/// </summary>
internal static class ValidateCode
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Compute("GET", "/ValueSet/$validate-code", HandleAsync);
        fhir.Compute("POST", "/ValueSet/$validate-code", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpRequest request, TerminologySet terminology, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken))
            .Allow("url", "valueSetVersion", "system", "code", "display", "coding");
        var coding = CodingInput.From(input);
        var url = TerminologyResult.WithVersion(input.Require("url"), input["valueSetVersion"]);
        return TerminologyResult.Of(terminology.ValidateCode(url, coding.System, coding.Code, coding.Display));
    }
}
