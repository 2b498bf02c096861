using Interop.Fhir;
using Interop.Server.EarlyIntervention.Trial;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;

namespace Interop.Server.EarlyIntervention;

/// <summary>How the site's model stands, in the database and so at all servers alike: read in the transaction that rests on it.</summary>
internal sealed class RiskModels(RiskModelFile file, ModelStops stops, InteropSettings settings, Secrets secrets)
{
    /// <summary>The Library of the file that this server has.</summary>
    public ResourceKey Key { get; } = ModelRecord.KeyOf(file, secrets.Key.Span);

    public RiskModelFile File => file;

    /// <summary>Draft, active or retired; null before it is known.</summary>
    public string? StatusIn(GuardedRows rows) =>
        rows.Read(Key, Sights.OfCustodian(settings.Custodian, rows.Instant)) is { } record ? ModelRecord.StatusOf(record.Body) : null;

    /// <summary>Stores what this server's file is, so that it can be accepted. Another model that works stops.</summary>
    public void Publish(GuardedTransaction transaction)
    {
        stops.StopOthers(transaction, Key);
        if (transaction.Has(Key))
        {
            return;
        }

        var record = ModelRecord.Of(file, settings.Custodian, transaction.Instant, secrets.Key.Span);
        var author = ModelRecord.AuthorOf(file, settings.Custodian, secrets.Key.Span);
        transaction.Put(author.Key, settings.Custodian, author.Json);
        transaction.Put(record.Key, settings.Custodian, record.Json);
        transaction.Audit(FhirInteraction.Create, Key.ToString(), "permit", detail =>
        {
            detail.WriteString("rule", ModelRecord.Model);
            detail.WriteString("sha256", file.Sha256);
        });
    }

    /// <summary>Lets it work. Whether it may, was asked before.</summary>
    public void Accept(GuardedTransaction transaction) => stops.Move(transaction, Key, ModelRecord.Active, null);
}

/// <summary>Before anything is served, the model of the file is known; one that is out of bounds by now stops.</summary>
internal sealed class PublishedModel(GuardedStore store, RiskModels models, ModelStops stops, InteropSettings settings) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var breaches = models.File.Validation.Breaches(settings.EarlyIntervention!.Bounds);
        return store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                models.Publish(transaction);
                if (breaches.Count > 0 && models.StatusIn(transaction) == ModelRecord.Active)
                {
                    stops.StopAll(transaction, $"Out of bounds: {string.Join("; ", breaches)}.");
                }

                return true;
            },
            cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
