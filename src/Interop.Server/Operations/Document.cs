using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>Composition/[id]/$document</c>: https://hl7.org/fhir/R4/composition-operation-document.html. A document is what one caller sees of a
/// version: whoever sees the same gets the same bytes. None is kept.
/// </summary>
internal static class Document
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/Composition/{id}/$document", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Composition/{id}/$document", FhirInteraction.Operation, HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        GuardedDocuments documents,
        Secrets secrets,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key("Composition", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("persist");
        if (input["persist"] is not (null or "false"))
        {
            throw new FhirException(IssueCode.NotSupported, "The parameter persist can only be false: documents are not kept here.");
        }

        if (await documents.ComposeAsync(caller, key, cancellationToken) is not var (composition, parts))
        {
            return FhirResult.Problem(IssueCode.NotFound, $"{key} is not known.");
        }

        var versions = parts.Prepend(composition).Select(part => $"{part.Key}/_history/{part.VersionId}");
        return FhirResult.Bundle(new("document", settings.PublicUrl, [.. parts.Prepend(composition).Select(part => new BundleItem(part))])
        {
            Identifier = $"urn:uuid:{NameBasedId.Of(secrets.Key.Span, $"document {string.Join(' ', versions)}")}",
            Timestamp = parts.Prepend(composition).Max(part => part.LastUpdated),
        });
    }
}
