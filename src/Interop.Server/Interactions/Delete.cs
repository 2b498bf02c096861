using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Interactions;

/// <summary>FHIR delete: https://hl7.org/fhir/R4/http.html#delete. Only the custodian's own staff; history stays.</summary>
internal static class Delete
{
    public static void Map(FhirRoutes fhir) => fhir.Delete("/{type}/{id}", FhirInteraction.Delete, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string type, string id, Caller caller, HttpRequest request, GuardedWrites writes, CancellationToken cancellationToken)
    {
        var key = FhirRequest.Key(type, id);
        return await writes.DeleteAsync(caller, key, Preconditions.Of(request), cancellationToken) switch
        {
            DeleteResult.Deleted => FhirResult.NoContent(),
            DeleteResult.Conflict =>
                FhirResult.Problem(IssueCode.Conflict, $"A precondition does not hold for the current version of {key}."),
            DeleteResult.Gone => FhirResult.Problem(IssueCode.Deleted, $"{key} was deleted."),
            DeleteResult.Absent => FhirResult.Problem(IssueCode.NotFound, $"{key} is not known."),
            _ => throw new UnreachableException(),
        };
    }
}
