using Interop.Fhir.Json;
using Interop.Server.Guard.Changes;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Bundles;

/// <summary>Takes Bundles of requests apart, in a turn of the caller's, and counts each entry as a request.</summary>
internal sealed class BundleReader(ValidBody valid, RequestLimits limits, Turns turns, InteropSettings settings)
{
    /// <summary>A batch or transaction that was found to be one, and counted (https://hl7.org/fhir/R4/http.html#transaction).</summary>
    public async Task<BundleRequest> ReadAsync(Caller caller, byte[] body, CancellationToken cancellationToken)
    {
        var request = await turns.RunAsync(
            caller,
            () => Task.FromResult(BundleRequest.Parse(
                ByteOrderMark.Skip(body), bundle => valid.Of("Bundle", null, bundle), settings.Bases, settings.Limits.BundleEntries)),
            cancellationToken);
        if (request.Entries.Count > 1)
        {
            limits.Demand(caller, request.Entries.Count - 1);
        }

        return request;
    }
}
