using Interop.Fhir.Search;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>ViewDefinition/$run</c> and <c>ViewDefinition/[id]/$run</c> (http://sql-on-fhir.org/OperationDefinition/$run): the rows of a view
/// over what the caller sees.
/// </summary>
internal static class RunView
{
    public static void Map(FhirRoutes fhir)
    {
        foreach (var pattern in new[] { "/ViewDefinition/$run", "/ViewDefinition/{id}/$run" })
        {
            fhir.Get(pattern, FhirInteraction.Operation, HandleAsync);
            fhir.Post(pattern, FhirInteraction.Operation, HandleAsync);
        }
    }

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        GuardedTables tables,
        StoredViews stored,
        SearchQueryParser queries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        if (await ViewInput.ReadAsync(caller, request, stored, queries, settings, cancellationToken) is not { } input)
        {
            return ViewInput.Unknown;
        }

        var lines = await tables.RunAsync(caller, input.Table, cancellationToken);
        return FhirResult.Of(await TableFile.OfAsync(lines, input.Format, cancellationToken));
    }
}
