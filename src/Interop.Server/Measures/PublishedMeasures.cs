using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Measures;

/// <summary>Before anything is served, the measures of this server are stored as the server knows them.</summary>
internal sealed class PublishedMeasures(GuardedStore store, EvaluationTable table, Strata strata, InteropSettings settings) : IHostedService
{
    /// <exception cref="SettingsException">The first month or the groups are others than reports were made with.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var said = string.Join(
            ' ',
            table.Start.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            string.Join(',', table.Districts.Order(StringComparer.Ordinal)),
            string.Join(',', table.Languages.Order(StringComparer.Ordinal)));
        var measures = Documents();
        var (start, allKindsFrom) = await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                foreach (var measure in measures.Where(measure => !transaction.Holds(measure.Key, measure.Json)))
                {
                    transaction.Put(measure.Key, settings.Custodian, measure.Json);
                }

                return (transaction.Record.StartOr(said), transaction.Record.AllKindsFrom());
            },
            cancellationToken);
        if (start != said)
        {
            throw new SettingsException(
                $"Interop:Evaluation: start, districts and languages must stay ({start}): later reports are masked against those before.");
        }

        strata.KnowAllFrom(allKindsFrom);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<MappedResource> Documents() => [.. CrisisMeasure.All.Select(measure => MeasureDocument.Of(measure, table, strata))];
}

/// <summary>The measures of this server are nobody's to change or to imitate.</summary>
internal sealed class MeasureRule() : TypeRule("Measure")
{
    private static readonly WriteResult.Refused Own =
        new(IssueCode.Forbidden, "This measure comes with the server: another way to count has another url.", "Measure.url");

    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        CrisisMeasure.All.Any(measure => measure.Id == key.Id) || IsOurs(body) ? Own : null;

    public override WriteResult.Refused? Ended(string id, ReadOnlyMemory<byte> stored) =>
        IsOurs(stored) ? Own : null;

    private static bool IsOurs(ReadOnlyMemory<byte> measure) => CrisisMeasure.Of(TopLevel.Text(measure.Span, "url")) is not null;
}
