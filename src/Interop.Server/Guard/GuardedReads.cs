using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard;

/// <summary>Reading one resource: see, disclose, write down, answer, in that order.</summary>
internal sealed class GuardedReads(GuardedStore store, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    public Task<ReadResult> ReadAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken) =>
        ReadAsync(caller, key, isTold: false, cancellationToken);

    /// <summary>As a read, for a larger answer that begins with the resource: where it is there, the answer's row tells of it.</summary>
    public Task<ReadResult> ReadPartAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken) =>
        ReadAsync(caller, key, isTold: true, cancellationToken);

    private async Task<ReadResult> ReadAsync(Caller caller, ResourceKey key, bool isTold, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Read);
        ReadResult result;
        AuditRow row;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            var sight = snapshot.Sight.Within(caller, SmartRight.Read);
            var seen = snapshot.Rows.See(key, sight);
            result = Result(snapshot, seen, sight);
            row = Row(snapshot, FhirInteraction.Read, key, seen, result);
        }

        if (!isTold || result is not ReadResult.Found)
        {
            await audit.RecordAsync(row, cancellationToken);
        }

        return result;
    }

    /// <param name="version">A version id of the caller's own view.</param>
    public async Task<ReadResult> ReadVersionAsync(Caller caller, ResourceKey key, string version, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Read);
        var (result, row) =
            await turns.RunAsync(caller, () => FindVersionAsync(caller, key, version, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        return result;
    }

    /// <summary>The versions that the caller may see, newest first; empty when it may see none.</summary>
    public async Task<IReadOnlyList<HistoryVersion>> HistoryAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        caller.Demand(key.Type, SmartRight.Read);
        var (versions, row) = await turns.RunAsync(caller, () => FindHistoryAsync(caller, key, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        if (key.Type == "Patient" && versions.Count > 0)
        {
            lookups.Note(caller, key);
            await lookups.TellAsync();
        }

        return versions;
    }

    private async Task<(ReadResult Result, AuditRow Row)> FindVersionAsync(
        Caller caller, ResourceKey key, string version, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        ReadResult result = new ReadResult.Absent();
        SeenResource? found = null;
        foreach (var seen in snapshot.Rows.History(key, sight))
        {
            var candidate = snapshot.Disclose(seen, sight);
            if (candidate?.VersionId == version)
            {
                found = seen;
                result = seen.Deleted ? new ReadResult.Deleted() : new ReadResult.Found(candidate);
                break;
            }
        }

        return (result, Row(snapshot, FhirInteraction.Vread, key, found, result));
    }

    private async Task<(IReadOnlyList<HistoryVersion> Versions, AuditRow Row)> FindHistoryAsync(
        Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var sight = snapshot.Sight.Within(caller, SmartRight.Read);
        var history = snapshot.Rows.History(key, sight);
        var versions = new List<HistoryVersion>();
        foreach (var seen in history)
        {
            if (seen.Deleted)
            {
                versions.Add(new(null, Deleted: true, null, seen.Changed));
            }
            else if (snapshot.Disclose(seen, sight) is { } disclosure)
            {
                versions.Add(new(disclosure, Deleted: false, disclosure.VersionId, seen.Changed));
            }
        }

        ReadResult result = versions.FirstOrDefault(version => version.Disclosure is not null) is { } first
            ? new ReadResult.Found(first.Disclosure!)
            : new ReadResult.Absent();
        return (versions, Row(snapshot, FhirInteraction.HistoryInstance, key, history.Count == 0 ? null : history[0], result));
    }

    private static ReadResult Result(GuardedSnapshot snapshot, SeenResource? seen, Sight sight) => seen switch
    {
        null => new ReadResult.Absent(),
        { Deleted: true } => new ReadResult.Deleted(),
        _ => snapshot.Disclose(seen, sight) is { } disclosure ? new ReadResult.Found(disclosure) : new ReadResult.Absent(),
    };

    private static AuditRow Row(
        GuardedSnapshot snapshot, FhirInteraction interaction, ResourceKey key, SeenResource? seen, ReadResult result)
    {
        if (seen is not null && result is not ReadResult.Absent)
        {
            var patient = seen.Patients is [var one] ? one : null;
            return AuditTrail.Row(snapshot.Caller, snapshot.Instant, interaction, key.ToString(), patient, "permit", detail =>
                ShownResources.Write(detail, seen));
        }

        // What a denial costs must not hang on what is withheld, nor on how much decided about it: which rules led there is worked out
        // when somebody asks who may know (interop explain).
        var stored = snapshot.Rows.FindKey(key);
        return AuditTrail.Row(
            snapshot.Caller, snapshot.Instant, interaction, key.ToString(), stored?.Subject, stored is null ? "absent" : "deny");
    }
}
