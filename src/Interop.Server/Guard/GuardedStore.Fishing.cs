using System.Globalization;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Server.Oversight;
using Interop.Server.Security;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>Who looks for persons by name is counted, and the privacy officer told of who does it too much.</summary>
internal sealed partial class GuardedStore
{
    /// <summary>Notes a lookup that was answered, and whom the answer showed; other searches are none.</summary>
    private void Note(Caller caller, string type, IEnumerable<KeyValuePair<string, string>> pairs, SearchQuery query, SearchPage page) => Note(
        caller,
        query.After is null ? PersonLookup.Count(query) : 0,
        PersonLookup.Shown(query, page),
        found: page.Matches.Count > 0,
        PersonLookup.Fingerprint(type, pairs));

    private void Note(Caller caller, int asked, IReadOnlyList<ResourceKey> shown, bool found, long fingerprint)
    {
        if (asked > 0 || shown.Count > 0)
        {
            // Police have a way to a person that comes with an incident (Patient/$crisis-summary); this is not it.
            watch.Note(
                caller,
                officer: null,
                fingerprint,
                asked,
                found,
                hadIncident: !caller.Has("officer"),
                [.. shown.Select(PersonLookup.FingerprintOf)]);
        }
    }

    /// <summary>
    /// Writes down what was noticed: a Task for the privacy officer and a row of the trail, in one transaction. The caller gets its answer
    /// whether or not this succeeds; what could not be written is tried again with the next lookup.
    /// </summary>
    private async Task TellOfFishingAsync()
    {
        while (watch.Take() is { } alert)
        {
            try
            {
                await store.WriteAsync(session => Write(session, alert), CancellationToken.None);
            }
            catch (System.Data.Common.DbException)
            {
                watch.Return(alert);
                return;
            }

            logger.LogWarning(
                "Fishing alert: {Client} of {Organization} looked for {Persons} persons within an hour, {Misses} in vain, {WithoutIncident} without an incident",
                alert.Caller.ClientId,
                alert.Caller.Organization,
                alert.Persons,
                alert.Misses,
                alert.WithoutIncident);
        }
    }

    private void Write(WriteSession session, FishingAlert alert)
    {
        var instant = Now();
        var caller = alert.Caller;
        var officer = alert.Officer is null ? string.Empty : $", officer {alert.Officer}";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Client {caller.ClientId}, user {caller.Subject}{officer}, of Organization/{caller.Organization} looked for {alert.Persons} different persons since
            {alert.Since.ToDateTimeText()}: {alert.Misses} in vain, {alert.WithoutIncident} times without an incident. The audit trail has the requests.
            """).ReplaceLineEndings(" ");
        var name = RequestLimits.KeyOf(RequestLimits.KeyOf(caller), alert.Officer ?? string.Empty, alert.Since.ToDateTimeText());
        var task = FishingReview.TaskFor(text, Instants.ToDateTimeOffset(instant), name, settings.Custodian, secrets.Key.Span);
        var written = new WrittenResources();
        Put(session, task.Key, settings.Custodian, task.Json, instant, session.Find(task.Key), written);
        sharingRows.Refresh(session, written);
        session.Audit(AuditTrail.Row(caller, instant, FhirInteraction.FishingAlert, task.Key.ToString(), null, "alert", detail =>
        {
            detail.WriteString("since", alert.Since.ToDateTimeText());
            detail.WriteString("officer", alert.Officer);
            detail.WriteNumber("persons", alert.Persons);
            detail.WriteNumber("misses", alert.Misses);
            detail.WriteNumber("withoutIncident", alert.WithoutIncident);
        }));
    }
}
