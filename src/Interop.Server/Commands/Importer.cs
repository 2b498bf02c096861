using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Bundles;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary>What an operator at the machine may do without a token: bring data in, keeping its ids, for a named custodian.</summary>
internal sealed class Importer(GuardedStore store, ResourceChanges changes, ValidBody valid, InteropSettings settings)
{
    /// <summary>Stores resources under their own ids, as they are but for the form of their references, in one transaction.</summary>
    /// <param name="custodian">Id of the Organization whose records they are.</param>
    /// <exception cref="FhirException">400 or 422 with every issue of the first invalid resource; nothing is stored.</exception>
    public async Task ImportAsync(
        string custodian, IReadOnlyList<(ResourceKey Key, byte[] Json)> resources, CancellationToken cancellationToken)
    {
        var found = resources.Select(item => (item.Key, Json: valid.Of(item.Key.Type, item.Key, item.Json))).ToList();
        await store.WriteAsOperatorAsync(
            custodian,
            transaction =>
            {
                transaction.IsHistory = true;
                var door = changes.DoorOf(transaction, new());

                // Those that are found by identifier come before those that name them so.
                foreach (var (key, json) in found.OrderBy(item => ReferenceDoor.Looks(item.Json)))
                {
                    var (body, refused) = door.Normal(key.Type, json);
                    if (refused is not null)
                    {
                        throw new FhirException(refused.Status, refused.Issues);
                    }

                    transaction.Put(key, custodian, body);
                }

                Record(transaction, custodian, found.Count);
                return found.Count;
            },
            cancellationToken);
    }

    /// <summary>A Bundle of any type in one transaction; gives how many resources it brought, and warnings about them.</summary>
    /// <param name="custodian">Id of its Organization; null for the configured one.</param>
    /// <exception cref="FhirException">As <see cref="ImportAsync"/>.</exception>
    public Task<(int Count, IReadOnlyList<Issue> Remarks)> ImportBundleAsync(
        string? custodian, byte[] body, CancellationToken cancellationToken)
    {
        var request = BundleRequest.ParseForImport(valid.Of("Bundle", null, body), settings.Bases);
        return store.WriteAsOperatorAsync(
            custodian ?? settings.Custodian,
            transaction =>
            {
                transaction.IsHistory = true;
                var run = new TransactionRun(transaction, changes, changes.DoorOf(transaction, new()), settings);
                run.Execute(request);
                Record(transaction, transaction.Sight.Organization, run.Written.Count);
                return (run.Written.Count, RemarksOf(transaction));
            },
            cancellationToken);
    }

    private static IReadOnlyList<Issue> RemarksOf(GuardedTransaction transaction) =>
    [
        .. transaction.Remarks.SelectMany(pair => pair.Value.Select(remark =>
            remark with { Expression = $"{pair.Key} {remark.Expression}" })),
    ];

    private static void Record(GuardedTransaction transaction, string custodian, int resources) =>
        transaction.Audit(FhirInteraction.Transaction, null, "permit", detail =>
        {
            detail.WriteString("import", custodian);
            detail.WriteNumber("resources", resources);
        });
}
