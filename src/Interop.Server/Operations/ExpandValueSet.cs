using Interop.Fhir.Terminology;
using Interop.Server.Http;
using Interop.Server.Routing;

namespace Interop.Server.Operations;

/// <summary><c>GET</c> or <c>POST /fhir/ValueSet/$expand</c>: https://hl7.org/fhir/R4/valueset-operation-expand.html, by
/// <c>url</c>.</summary>
internal static class ExpandValueSet
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Compute("GET", "/ValueSet/$expand", HandleAsync);
        fhir.Compute("POST", "/ValueSet/$expand", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(HttpRequest request, TerminologySet terminology, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken))
            .Allow("url", "valueSetVersion", "filter", "count", "offset");
        var url = TerminologyResult.WithVersion(input.Require("url"), input["valueSetVersion"]);
        return TerminologyResult.Of(
            terminology.Expand(url, clock.GetUtcNow(), input["filter"], input.Number("count"), input.Number("offset")));
    }
}
