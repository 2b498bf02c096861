using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Interactions;

/// <summary>FHIR read: https://hl7.org/fhir/R4/http.html#read</summary>
internal static class Read
{
    public static void Map(FhirRoutes fhir) => fhir.Get("/{type}/{id}", FhirInteraction.Read, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, Caller caller, HttpRequest request, GuardedReads reads, CancellationToken cancellationToken)
    {
        var other = type == "Binary" ? FhirRequest.OtherThanFhir(request) : null;
        if (other is null)
        {
            FhirRequest.RequireJson(request);
        }

        var key = FhirRequest.Key(type, id);
        var view = ViewRequest.Only(ViewRequest.Pairs(request.Query));
        return Answer(await reads.ReadAsync(caller, key, cancellationToken), key.ToString(), view, Preconditions.Of(request), other);
    }

    /// <param name="what">What was asked for, in words.</param>
    /// <param name="other">Of a Binary, the media types in which its content is asked for; null for the resource.</param>
    public static FhirResult Answer(
        ReadResult result,
        string what,
        ViewRequest view,
        Preconditions conditions,
        IReadOnlyList<MediaTypeHeaderValue>? other = null) => result switch
        {
            ReadResult.Found { Disclosure: var found }
                when conditions.Changing.FailsFor(found.VersionId, found.LastUpdated) is { } failed =>
                FhirResult.Problem(IssueCode.Conflict, $"{failed} does not hold for {what}."),
            ReadResult.Found { Disclosure: var found } when conditions.IsKnown(found.VersionId, found.LastUpdated) =>
                FhirResult.NotModified(found),
            ReadResult.Found { Disclosure: var found } when other is not null => FhirResult.Content(found, other),
            ReadResult.Found { Disclosure: var found } => FhirResult.Ok(view.Of(found)),
            ReadResult.Deleted => FhirResult.Problem(IssueCode.Deleted, $"{what} was deleted."),
            ReadResult.Absent => FhirResult.Problem(IssueCode.NotFound, $"{what} is not known."),
            _ => throw new UnreachableException(),
        };
}
