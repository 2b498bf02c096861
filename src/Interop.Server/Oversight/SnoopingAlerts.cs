using System.Data.Common;
using System.Globalization;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Oversight;

/// <summary>
/// Tells the privacy officer of who looks for too many persons: a Task and a row of the trail, in one transaction. What could not be
/// written is tried again with the next lookup.
/// </summary>
internal sealed class SnoopingAlerts(
    GuardedStore store, SnoopingWatch watch, InteropSettings settings, Secrets secrets, ILogger<SnoopingAlerts> logger)
    : ILookupWatch
{
    public void Note(
        Caller caller, string? officer, long fingerprint, int asked, bool found, bool hadIncident, IReadOnlyList<long> shown) =>
        watch.Note(caller, officer, fingerprint, asked, found, hadIncident, shown);

    public async Task TellAsync()
    {
        while (watch.Take() is { } alert)
        {
            try
            {
                await store.WriteAsOperatorAsync(settings.Custodian, transaction => Write(transaction, alert), CancellationToken.None);
            }
            catch (DbException)
            {
                watch.Return(alert);
                return;
            }

            logger.LogWarning(
                "Snooping alert: {Client} of {Organization} looked for {Persons} persons within an hour, {Misses} in vain, "
                    + "{WithoutIncident} without an incident",
                alert.Caller.ClientId,
                alert.Caller.Organization,
                alert.Persons,
                alert.Misses,
                alert.WithoutIncident);
        }
    }

    private bool Write(GuardedTransaction transaction, SnoopingAlert alert)
    {
        var caller = alert.Caller;
        var officer = alert.Officer is null ? string.Empty : $", officer {alert.Officer}";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Client {caller.ClientId}, user {caller.Subject}{officer}, of Organization/{caller.Organization}
            looked for {alert.Persons} different persons since
            {alert.Since.ToDateTimeText()}: {alert.Misses} in vain, {alert.WithoutIncident} times without an incident.
            The audit trail has the requests.
            """).ReplaceLineEndings(" ");
        var name = RequestLimits.KeyOf(RequestLimits.KeyOf(caller), alert.Officer ?? string.Empty, alert.Since.ToDateTimeText());
        var task = SnoopingReview.TaskFor(text, Instants.ToDateTimeOffset(transaction.Instant), name, settings, secrets.Key.Span);
        transaction.Put(task.Key, settings.Custodian, task.Json);
        transaction.Audit(
            AuditTrail.Row(caller, transaction.Instant, FhirInteraction.SnoopingAlert, task.Key.ToString(), null, "alert", detail =>
            {
                detail.WriteString("since", alert.Since.ToDateTimeText());
                detail.WriteString("officer", alert.Officer);
                detail.WriteNumber("persons", alert.Persons);
                detail.WriteNumber("misses", alert.Misses);
                detail.WriteNumber("withoutIncident", alert.WithoutIncident);
            }));
        return true;
    }
}
