using Interop.Fhir.References;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Bundles;

/// <summary>
/// A patch in a transaction is computed like one alone, beforehand on a snapshot; to the writer it is an update of the version that was
/// patched.
/// </summary>
internal sealed class TransactionPatches(Patches patches)
{
    /// <summary>The transaction with an update for each of its patches.</summary>
    /// <param name="changeOf">Reads the resource of a PATCH entry.</param>
    public async Task<BundleRequest> ApplyAsync(
        Caller caller,
        BundleRequest request,
        Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        var entries = new List<BundleRequestEntry>();
        foreach (var entry in request.Entries)
        {
            entries.Add(entry.Method == "PATCH" ? await ApplyAsync(caller, entry, changeOf, cancellationToken) : entry);
        }

        return request with { Entries = entries };
    }

    private async Task<BundleRequestEntry> ApplyAsync(
        Caller caller,
        BundleRequestEntry entry,
        Func<byte[], Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        CancellationToken cancellationToken)
    {
        var apply = ChangeOf(entry, changeOf);
        var stood = new HashSet<string>(StringComparer.Ordinal);
        var patched = await patches.ApplyAsync(
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
            ? throw TransactionRun.Refusal(refusal, entry)
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
}
