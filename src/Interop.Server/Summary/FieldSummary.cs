using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Summary;

/// <summary>
/// <c>GET /fhir/Patient/[id]/$crisis-summary</c>: one touch for the team that is with the person now. A document Bundle of at most 20 kB,
/// of what the team's own tier opens, that may be kept until the shift ends (<c>Expires</c>).
/// </summary>
internal static class FieldSummary
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/Patient/{id}/$crisis-summary", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id, Caller caller, HttpRequest request, FieldSummaries summaries, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        if (request.Query.Keys.FirstOrDefault(name => name is not ("_format" or "_pretty")) is { } unknown)
        {
            throw new FhirException(IssueCode.NotSupported, $"The parameter {unknown} is not supported: there is none.");
        }

        return FhirResult.Of(await summaries.OfAsync(caller, FhirRequest.Key("Patient", id), cancellationToken));
    }
}
