using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;

namespace Interop.Server.Bundles;

/// <summary>
/// A patch in a transaction is computed like one alone, beforehand on a snapshot; to the writer it is an update of the version that was
/// patched.
/// </summary>
internal sealed class TransactionPatches(Patches patches, Conditions conditions)
{
    /// <summary>The transaction with an update for each of its patches.</summary>
    /// <param name="changeOf">What a PATCH entry does to the resource that the caller sees.</param>
    /// <param name="foreseen">Takes what conditions find.</param>
    public async Task<BundleRequest> ApplyAsync(
        Caller caller,
        BundleRequest request,
        Func<BundleRequestEntry, Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        ForeseenConditions foreseen,
        CancellationToken cancellationToken)
    {
        var entries = new List<BundleRequestEntry>();
        foreach (var entry in request.Entries)
        {
            entries.Add(entry.Method == "PATCH" ? await ApplyAsync(caller, entry, changeOf, foreseen, cancellationToken) : entry);
        }

        return request with { Entries = entries };
    }

    private async Task<BundleRequestEntry> ApplyAsync(
        Caller caller,
        BundleRequestEntry entry,
        Func<BundleRequestEntry, Func<ReadOnlyMemory<byte>, byte[]>> changeOf,
        ForeseenConditions foreseen,
        CancellationToken cancellationToken)
    {
        var apply = ChangeOf(entry, changeOf);
        var key = entry.Condition is { } condition
            ? await MatchAsync(caller, entry, condition, foreseen, cancellationToken)
            : new(entry.Type, entry.Id!);
        var stood = new HashSet<string>(StringComparer.Ordinal);
        var patched = await patches.ApplyAsync(
            caller,
            key,
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
                Id = key.Id,
                Resource = patched.Body,
                Conditions = Preconditions.Version(patched.Version!),
                Patched = new(stood, IsOfAnyVersion: entry.Conditions == Preconditions.None, entry.Condition),
            };
    }

    private async Task<ResourceKey> MatchAsync(
        Caller caller, BundleRequestEntry entry, string condition, ForeseenConditions foreseen, CancellationToken cancellationToken)
    {
        try
        {
            return await conditions.ForeseeAsync(caller, entry.Type, condition, foreseen, cancellationToken) switch
            {
                [var match] => match.Key,
                [] => throw new FhirException(IssueCode.NotFound, WriteResult.Unmatched.Rule),
                _ => throw new FhirException(IssueCode.MultipleMatches, WriteResult.Ambiguous.Rule),
            };
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.ConditionPath);
        }
    }

    private static Func<ReadOnlyMemory<byte>, byte[]> ChangeOf(
        BundleRequestEntry entry, Func<BundleRequestEntry, Func<ReadOnlyMemory<byte>, byte[]>> changeOf)
    {
        try
        {
            return changeOf(entry);
        }
        catch (FhirException refused)
        {
            throw refused.At(entry.Path + ".resource");
        }
    }
}
