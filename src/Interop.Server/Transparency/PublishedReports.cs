using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Settings;

namespace Interop.Server.Transparency;

/// <summary>
/// <c>MeasureReport/$published</c>: the signed reports and their measures, for anybody, as a Bundle of what an evaluator reads; and
/// <c>MeasureReport/$published-figures</c>: their figures as a table, CSV or JSON (<c>_format</c>). No row of the trail is written: they
/// are about nobody, and nobody says who asks.
/// </summary>
internal static class PublishedReports
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.GetPublic("/MeasureReport/$published", FhirInteraction.Operation, HandleAsync);
        fhir.GetPublic("/MeasureReport/$published-figures", FhirInteraction.Operation, HandleFiguresAsync);
    }

    private static async Task<IResult> HandleAsync(
        HttpRequest request, SignedReports reports, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RefuseParameters(request.Query.Keys);
        var published = await reports.ReadAsync(cancellationToken);
        var bundle = new FhirBundle(
            "collection",
            settings.PublicUrl,
            [.. published.Measures.Concat(published.Reports).Select(disclosure => new BundleItem(disclosure))]);
        return FhirResult.Public(bundle, SignedReports.Fresh, Preconditions.Of(request));
    }

    private static async Task<IResult> HandleFiguresAsync(HttpRequest request, SignedReports reports, CancellationToken cancellationToken)
    {
        FhirRequest.RefuseParameters(request.Query.Keys);
        var isCsv = request.Query["_format"].ToString() switch
        {
            "csv" or "text/csv" => true,
            "" or "json" or "application/json" => false,
            _ => throw new FhirException(IssueCode.NotSupported, "The parameter _format is csv or json."),
        };
        return FhirResult.Public((await reports.ReadAsync(cancellationToken)).Figures(isCsv), Preconditions.Of(request));
    }
}
