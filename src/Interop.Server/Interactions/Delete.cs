using System.Diagnostics;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Interactions;

/// <summary>
/// FHIR delete, also conditional of one: https://hl7.org/fhir/R4/http.html#delete. Only the custodian's own staff; history stays.
/// </summary>
internal static class Delete
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Delete("/{type}/{id}", FhirInteraction.Delete, HandleAsync);
        fhir.Delete("/{type}", FhirInteraction.Delete, HandleConditionAsync);
    }

    private static async Task<IResult> HandleAsync(
        string type, string id, Caller caller, HttpRequest request, GuardedWrites writes, CancellationToken cancellationToken)
    {
        var key = FhirRequest.Key(type, id);
        return Answer(await writes.DeleteAsync(caller, key, Preconditions.Of(request), cancellationToken), key.ToString());
    }

    private static async Task<IResult> HandleConditionAsync(
        string type, Caller caller, HttpRequest request, ConditionalWrites writes, CancellationToken cancellationToken)
    {
        FhirRequest.RequireType(type);
        return Answer(
            await writes.DeleteAsync(caller, type, FhirRequest.Condition(request), Preconditions.Of(request), cancellationToken),
            $"The {type} that the condition matches");
    }

    private static FhirResult Answer(DeleteResult result, string what) => result switch
    {
        DeleteResult.Deleted => FhirResult.NoContent(),
        DeleteResult.Conflict => FhirResult.Problem(IssueCode.Conflict, $"A precondition does not hold for the current version of {what}."),
        DeleteResult.Gone => FhirResult.Problem(IssueCode.Deleted, $"{what} was deleted."),
        DeleteResult.Absent => FhirResult.Problem(IssueCode.NotFound, $"{what} is not known."),
        DeleteResult.Unmatched => FhirResult.Problem(IssueCode.NotFound, WriteResult.Unmatched.Rule),
        DeleteResult.Ambiguous => FhirResult.Problem(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule),
        _ => throw new UnreachableException(),
    };
}
