using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>
/// Stores a directory's records, each in a transaction of its own: one that is wrong is told and keeps no other out. What has not changed
/// gets no new version, and what an organisation says of its own capacity stays.
/// </summary>
internal sealed class HsdsImport(GuardedStore store, ResourceChanges changes, ValidBody valid, Secrets secrets, TimeProvider clock)
{
    /// <param name="custodian">Id of the Organization that keeps the directory.</param>
    /// <param name="progress">Told after each record, with how many there were by then.</param>
    public async Task<HsdsReceipt> TakeAsync(
        HsdsTables tables,
        string source,
        IReadOnlyDictionary<string, string> known,
        string custodian,
        Action<int> progress,
        CancellationToken cancellationToken)
    {
        var mapping = new HsdsMapping(tables, source, known, clock.GetUtcNow().ToDateText(), secrets.Key);
        var (stored, unchanged) = (0, 0);
        foreach (var (record, resource) in mapping.All())
        {
            try
            {
                if (await PutAsync(MappedResource.Of(resource), custodian, cancellationToken))
                {
                    stored++;
                }
                else
                {
                    unchanged++;
                }
            }
            catch (FhirException refused)
            {
                var rules = refused.Issues.Select(issue => $"{issue.Expression}: {issue.Diagnostics}");
                tables.Problems.Add(new(record.Where, string.Join(" ", rules)));
            }

            progress(stored + unchanged);
        }

        return new(stored, unchanged, tables.Problems);
    }

    /// <summary>False where the same is stored already.</summary>
    private Task<bool> PutAsync(MappedResource mapped, string custodian, CancellationToken cancellationToken)
    {
        var body = valid.Of(mapped.Key.Type, mapped.Key, mapped.Json);
        return store.WriteAsOperatorAsync(
            custodian,
            transaction =>
            {
                transaction.IsHistory = true;
                var (normal, refused) = changes.DoorOf(transaction, new()).Normal(mapped.Key.Type, body);
                if (refused is not null)
                {
                    throw new FhirException(refused.Status, refused.Issues);
                }

                var before = transaction.KeeperOf(mapped.Key) is null ? null : transaction.BytesOf(mapped.Key);
                if (before is { } stored)
                {
                    var said = TopLevel.Value(stored.Span, "extension");
                    normal = said.IsEmpty ? normal : TopLevel.Replace(normal, "extension", said);
                    if (TopLevel.Remove(stored.Span, "meta").AsSpan().SequenceEqual(normal))
                    {
                        return false;
                    }
                }

                transaction.Put(mapped.Key, custodian, normal);
                transaction.Audit(FhirInteraction.Update, mapped.Key.ToString(), "permit", detail => detail.WriteString("import", "hsds"));
                return true;
            },
            cancellationToken);
    }
}

/// <summary>What came of a directory.</summary>
internal sealed record HsdsReceipt(int Stored, int Unchanged, IReadOnlyList<HsdsProblem> Problems);
