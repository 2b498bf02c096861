using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Sharing.Consent;
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
        ReadResult result = new ReadResult.Absent();
        AuditRow row;
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            var sight = await SightAsync(read, caller, Now(), 'r', cancellationToken);
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

            row = await RowAsync(read, caller, FhirInteraction.Vread, key, sight, found, result, cancellationToken);
        }

        await audit.RecordAsync(row, cancellationToken);
        return result;
    }

    /// <summary>The versions that the caller may see, newest first; empty when it may see none.</summary>
    public async Task<IReadOnlyList<HistoryVersion>> HistoryAsync(Caller caller, ResourceKey key, CancellationToken cancellationToken)
    {
        Require(caller, key.Type, 'r');
        var versions = new List<HistoryVersion>();
        AuditRow row;
        await using (var read = await store.OpenReadAsync(cancellationToken))
        {
            var sight = await SightAsync(read, caller, Now(), 'r', cancellationToken);
            var history = await read.HistoryAsync(key, sight, cancellationToken);
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
            row = await RowAsync(
                read,
                caller,
                FhirInteraction.HistoryInstance,
                key,
                sight,
                history.Count == 0 ? null : history[0],
                result,
                cancellationToken);
        }

        await audit.RecordAsync(row, cancellationToken);
        return versions;
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

        // The same statements whether the resource is withheld or unknown, so that the time they take tells nothing.
        var stored = await read.FindAsync(key, cancellationToken);
        var patient = stored?.Subject ?? key.Id;
        var grants = await read.GrantsOfAsync(patient, cancellationToken);
        var consents = await read.BodiesOfAsync("Consent", patient, cancellationToken);
        return AuditTrail.Row(caller, sight.Instant, interaction, key.ToString(), stored?.Subject, stored is null ? "absent" : "deny", detail =>
        {
            WriteBases(detail, grants, sight);
            WriteIndeterminate(detail, consents);
        });
    }

    /// <summary>Consents that deny because they say something that is not evaluated, with the elements that say it.</summary>
    private static void WriteIndeterminate(Utf8JsonWriter detail, IReadOnlyList<StoredResource> consents)
    {
        detail.WriteStartArray("indeterminate");
        foreach (var consent in consents.Select(stored => ConsentReader.Read(stored.Body, stored.Key.Id, stored.Source, stored.Version, stored.UpdatedAt))
                     .Where(consent => consent is { State: ConsentState.Active, Indeterminate.Count: > 0 }))
        {
            detail.WriteStringValue($"Consent/{consent.Id}: {string.Join(", ", consent.Indeterminate)}");
        }

        detail.WriteEndArray();
    }

    /// <summary>The consents and agreements that were in play, with what a denial rests on, for the privacy officer.</summary>
    private static void WriteBases(Utf8JsonWriter detail, IReadOnlyList<GrantRow> grants, Sight sight)
    {
        detail.WriteStartArray("basis");
        foreach (var grant in grants.Where(grant => grant.Grantee == sight.Organization && grant.From <= sight.Instant && sight.Instant < grant.To)
                     .Select(grant => $"{grant.Source} {grant.Purpose} {grant.Tier}: {grant.Basis}").Distinct())
        {
            detail.WriteStringValue(grant);
        }

        detail.WriteEndArray();
    }
}
