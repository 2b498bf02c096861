using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

internal sealed partial class GuardedStore
{
    public async Task<ReadResult> ReadAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'r');
        ReadResult result;
        AuditRow row;
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            var sight = await SightAsync(read, caller, Now(), 'r', cancellationToken);
            var seen = await read.ReadAsync(key, sight, cancellationToken);
            result = await ResultAsync(read, seen, sight, cancellationToken);
            row = await RowAsync(read, caller, FhirInteraction.Read, key, sight, seen, result, cancellationToken);
        }

        await audit.RecordAsync(row, cancellationToken);
        return result;
    }

    /// <param name="version">A version id of the caller's own view.</param>
    public async Task<ReadResult> ReadVersionAsync(Caller caller, ResourceKey key, string version, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'r');
        var (result, row) = await InTurnAsync(caller, () => FindVersionAsync(caller, key, version, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        return result;
    }

    private async Task<(ReadResult Result, AuditRow Row)> FindVersionAsync(
        Caller caller, ResourceKey key, string version, CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        var sight = await SightAsync(read, caller, Now(), 'r', cancellationToken);
        ReadResult result = new ReadResult.Absent();
        SeenResource? found = null;
        foreach (var seen in await read.HistoryAsync(key, sight, cancellationToken))
        {
            var candidate = await DiscloseAsync(read, seen, sight, cancellationToken);
            if (candidate?.VersionId == version)
            {
                found = seen;
                result = seen.Deleted ? new ReadResult.Deleted() : new ReadResult.Found(candidate);
                break;
            }
        }

        return (result, await RowAsync(read, caller, FhirInteraction.Vread, key, sight, found, result, cancellationToken));
    }

    /// <summary>The versions that the caller may see, newest first; empty when it may see none.</summary>
    public async Task<IReadOnlyList<HistoryVersion>> HistoryAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'r');
        var (versions, row) = await InTurnAsync(caller, () => FindHistoryAsync(caller, key, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        if (key.Type == "Patient" && versions.Count > 0)
        {
            Note(caller, 0, [key], found: true, 0);
            await TellOfFishingAsync();
        }

        return versions;
    }

    private async Task<(IReadOnlyList<HistoryVersion> Versions, AuditRow Row)> FindHistoryAsync(
        Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        await using var read = await store.OpenReadAsync(cancellationToken);
        var sight = await SightAsync(read, caller, Now(), 'r', cancellationToken);
        var history = await read.HistoryAsync(key, sight, cancellationToken);
        var versions = new List<HistoryVersion>();
        foreach (var seen in history)
        {
            if (seen.Deleted)
            {
                versions.Add(new(null, Deleted: true, null, seen.Changed));
            }
            else if (await DiscloseAsync(read, seen, sight, cancellationToken) is { } disclosure)
            {
                versions.Add(new(disclosure, Deleted: false, disclosure.VersionId, seen.Changed));
            }
        }

        ReadResult result = versions.FirstOrDefault(version => version.Disclosure is not null) is { } first
            ? new ReadResult.Found(first.Disclosure!)
            : new ReadResult.Absent();
        var newest = history.Count == 0 ? null : history[0];
        return (versions, await RowAsync(read, caller, FhirInteraction.HistoryInstance, key, sight, newest, result, cancellationToken));
    }

    private async ValueTask<ReadResult> ResultAsync(
        ReadSession read, SeenResource? seen, Sight sight, CancellationToken cancellationToken) => seen switch
    {
        null => new ReadResult.Absent(),
        { Deleted: true } => new ReadResult.Deleted(),
        _ => await DiscloseAsync(
            read, seen, sight, cancellationToken) is { } disclosure ? new ReadResult.Found(disclosure) : new ReadResult.Absent(),
    };

    private static async ValueTask<AuditRow> RowAsync(
        ReadSession read, Caller caller, FhirInteraction interaction, ResourceKey key, Sight sight, SeenResource? seen, ReadResult result, CancellationToken cancellationToken)
    {
        if (seen is not null && result is not ReadResult.Absent)
        {
            return AuditTrail.Row(caller, sight.Instant, interaction, key.ToString(), null, "permit", detail =>
            {
                detail.WriteNumber("version", seen.Version);
                detail.WriteNumber("tier", (int)seen.Tier);
                detail.WriteBoolean("party", seen.Party);
            });
        }

        // What a denial costs must not hang on what is withheld, nor on how much decided about it: which rules led there is worked out
        // when somebody asks who may know (interop explain).
        var stored = await read.FindKeyAsync(key, cancellationToken);
        return AuditTrail.Row(
            caller, sight.Instant, interaction, key.ToString(), stored?.Subject, stored is null ? "absent" : "deny", _ => { });
    }
}
