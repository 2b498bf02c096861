using Interop.Fhir.Search;
using Interop.Server.Guard.Exports;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Operations;

/// <summary>
/// <c>ViewDefinition/$export</c> and <c>ViewDefinition/[id]/$export</c> (http://sql-on-fhir.org/OperationDefinition/$export): an export
/// whose files hold the rows of a view. It is begun, asked about, fetched and ended as any other.
/// </summary>
internal static class ExportView
{
    public static void Map(FhirRoutes fhir)
    {
        foreach (var pattern in new[] { "/ViewDefinition/$export", "/ViewDefinition/{id}/$export" })
        {
            fhir.Get(pattern, FhirInteraction.Operation, HandleAsync);
            fhir.Post(pattern, FhirInteraction.Operation, HandleAsync);
        }
    }

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        GuardedExports exports,
        TableEyes eyes,
        StoredViews stored,
        SearchQueryParser queries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        Export.DemandClient(caller, request);
        if (await ViewInput.ReadAsync(caller, request, stored, queries, settings, cancellationToken) is not { } input)
        {
            return ViewInput.Unknown;
        }

        eyes.Demand(caller, input.Table);
        var type = input.Table.View.Resource;
        if (input.Table.Limit is not null || input.Format == TableFormat.Json)
        {
            throw new FhirException(IssueCode.NotSupported, "An export has no _limit, and its _format is ndjson, csv or parquet.");
        }

        var isOfPatient = input.Table.RecordOf(queries) is not null;
        var url = settings.PublicUrl + request.Path.Value![FhirRequest.Root.Length..] + request.QueryString.Value;
        var begun = await exports.BeginAsync(
            caller,
            new(url, isOfPatient ? "Patient" : null, isOfPatient ? [input.Table.Patient!] : null, [type], input.Table.Since, [], [])
            {
                Table = new(input.Text, input.Format.Code, eyes.IsLimited(caller)),
            },
            cancellationToken);
        return FhirResult.Accepted($"{settings.PublicUrl}/{GuardedExports.Path}/{begun}");
    }
}
