using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Tables;
using Interop.Server.Guard.Searches;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Tables;

/// <summary>Finds the views that a caller may read, by the id of their Library or by their canonical address.</summary>
internal sealed class StoredViews(
    GuardedReads reads, GuardedSearches searches, GuardedStore store, AuditTrail audit, SearchQueryParser queries, TableEyes eyes)
{
    /// <summary>The view and its JSON; null where the caller reads no such view.</summary>
    public async Task<(ViewDefinition View, string Text)?> ReadAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        eyes.IsLimited(caller) ? await SharedAsync(caller, [KeyValuePair.Create("_id", id)], cancellationToken)
        : await reads.ReadPartAsync(caller, new ResourceKey("Library", id), cancellationToken) is ReadResult.Found { Disclosure: var found }
            ? Of(found)
            : null;

    /// <summary>As <see cref="ReadAsync"/>. Of several versions the address names one, or only one is active.</summary>
    /// <exception cref="FhirException">412: several are meant.</exception>
    public async Task<(ViewDefinition View, string Text)?> FindAsync(Caller caller, string canonical, CancellationToken cancellationToken)
    {
        var parts = canonical.Split('|', 2);
        IReadOnlyList<KeyValuePair<string, string>> pairs =
        [
            KeyValuePair.Create("url", SearchText.Escape(parts[0])),
            parts.Length == 2 ? KeyValuePair.Create("version", SearchText.Escape(parts[1])) : KeyValuePair.Create("status", "active"),
        ];
        if (eyes.IsLimited(caller))
        {
            return await SharedAsync(caller, pairs, cancellationToken);
        }

        var found = await searches.SearchAsync(caller, "Library", null, pairs, lenient: false, cancellationToken);
        return Only(found.Matches);
    }

    /// <summary>
    /// The programme shares its active views with evaluators, to run and not to read. Where there is none, that is written down; where
    /// there is one, the answer's row tells of it.
    /// </summary>
    private async Task<(ViewDefinition View, string Text)?> SharedAsync(
        Caller caller, IReadOnlyList<KeyValuePair<string, string>> pairs, CancellationToken cancellationToken)
    {
        const string Type = "Library";
        caller.DemandWhole(Type, SmartRight.Read);
        IReadOnlyList<Disclosure> found;
        long instant;
        await using (var snapshot = await store.OpenAsync(caller, cancellationToken))
        {
            eyes.DemandUse(snapshot, caller);
            instant = snapshot.Instant;
            var query = queries.Parse(Type, [.. pairs, KeyValuePair.Create("status", "active")], lenient: false, instant).Query;
            found = query is null ? [] : snapshot.Search(query, eyes.SightOfViews(snapshot), _ => true);
        }

        if (Only(found) is { } view)
        {
            return view;
        }

        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Search, Type, null, "absent", detail =>
                detail.WriteString("query", AuditTrail.QueryText(pairs))),
            cancellationToken);
        return null;
    }

    private static (ViewDefinition View, string Text)? Only(IReadOnlyList<Disclosure> found) => found.Count > 1
        ? throw new FhirException(IssueCode.MultipleMatches, "Several views have this address: name the version behind a |.")
        : found is [var only] ? Of(only) : null;

    private static (ViewDefinition View, string Text)? Of(Disclosure library) =>
        ViewLibrary.Read(library.Body) is { View: { } view, Text: var text } ? (view, text) : null;
}
