using Interop.Fhir.References;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Guard;

/// <summary>
/// A patch in a transaction is computed like one alone, beforehand on a snapshot; to the writer it is an update of the version that was
/// patched.
/// </summary>
internal sealed partial class GuardedStore
{
    /// <summary>The transaction with an update for each of its patches.</summary>
    /// <param name="changeOf">Reads the resource of a PATCH entry.</param>
    private async Task<BundleRequest> PatchedAsync(
        Caller caller,
        BundleRequest request,
        Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        var entries = new List<BundleRequestEntry>();
        foreach (var entry in request.Entries)
        {
            entries.Add(entry.Method == "PATCH" ? await PatchedAsync(caller, entry, changeOf, cancellationToken) : entry);
        }

        return request with { Entries = entries };
    }

    private async Task<BundleRequestEntry> PatchedAsync(
        Caller caller,
        BundleRequestEntry entry,
        Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        var apply = ChangeOf(entry, changeOf);
        var stood = new HashSet<string>(StringComparer.Ordinal);
        var patched = await PatchedAsync(
            caller,
            new(entry.Type, entry.Id!),
            view =>
            {
                _ = BundleAddresses.Rewrite(view, address =>
                {
                    stood.Add(address);
                    return null;
                });
                return apply(view);
            },
            entry.Conditions,
            cancellationToken);
        return patched.Refusal is { } refusal
            ? throw BundleRun.Refusal(refusal, entry)
            : entry with
            {
                Method = "PUT",
                Resource = patched.Body,
                Conditions = Preconditions.Version(patched.Version!),
                Patched = new(stood, IsOfAnyVersion: entry.Conditions == Preconditions.None),
            };
    }

    private static Func<ReadOnlyMemory<byte>, byte[]> ChangeOf(
        BundleRequestEntry entry, Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf)
    {
        try
        {
            return changeOf(entry.Resource!);
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.Path + ".resource");
        }
    }

    /// <summary>Somebody was quicker than a patch that named no version: it is computed again from what that one left.</summary>
    private sealed class PatchOvertakenException(FhirException refusal) : Exception
    {
        public FhirException Refusal { get; } = refusal;
    }
}
