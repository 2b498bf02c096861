using Interop.Server.Bundles;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Interactions;

/// <summary>FHIR batch and transaction: https://hl7.org/fhir/R4/http.html#transaction</summary>
internal static class Bundle
{
    public static void Map(FhirRoutes fhir) => fhir.Post("", FhirInteraction.Transaction, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        BundleReader reader,
        Transactions transactions,
        BundleEntries entries,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var body = await FhirRequest.BodyAsync(request, cancellationToken);
        var bundle = await reader.ReadAsync(caller, body, cancellationToken);
        var done = bundle.IsTransaction
            ? await transactions.RunAsync(caller, bundle, entry => Patch.ChangeOf(entry.Resource!), cancellationToken)
            : [];
        var items = await entries.AnswerAsync(caller, bundle, done, cancellationToken);
        return FhirResult.Bundle(new(bundle.IsTransaction ? "transaction-response" : "batch-response", settings.PublicUrl, items));
    }
}
