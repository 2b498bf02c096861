using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>Reading the trail: through the eyes of who may, and with a row of its own for each time that somebody does.</summary>
internal sealed class GuardedAudit(
    GuardedStore store, AuditTrail audit, SearchQueries queries, AuditEventIds ids, Turns turns, InteropSettings settings)
{
    public const string Type = "AuditEvent";

    /// <summary>Where searches look at what is stored, no AuditEvent is: an empty answer would not be true.</summary>
    public static FhirException Apart() =>
        new(IssueCode.NotSupported, "AuditEvents are read and searched at their own addresses, and neither in Bundles nor with others.");

    /// <summary>The row under an id; null where there is none or the caller may not read it.</summary>
    public async Task<AuditView?> ReadAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        AuditReader.DemandScope(caller, SmartRight.Read);
        var (reader, instant) = await AdmitAsync(caller, cancellationToken);
        var found = ids.Read(id) is var (chain, sequence) ? await audit.FindAsync(chain, sequence, cancellationToken) : null;
        var view = found is not null && reader.MayRead(found.Row) ? View(found, reader) : null;
        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Read, new ResourceKey(Type, id).ToString(), null, view is null
                ? "absent"
                : "permit"),
            cancellationToken);
        return view;
    }

    /// <exception cref="FhirException">400: the trail can't be asked that.</exception>
    public async Task<AuditAnswer> SearchAsync(
        Caller caller, IReadOnlyList<KeyValuePair<string, string>> pairs, bool lenient, CancellationToken cancellationToken)
    {
        AuditReader.DemandScope(caller, SmartRight.Search);
        var request = queries.Read(caller, Type, pairs, lenient, store.Now());
        var (reader, instant) = await AdmitAsync(caller, cancellationToken);
        var asked = AuditQueries.Read(request.Query, reader, ids.Read);
        var page = reader.Conditions is { } own
            ? await turns.RunAsync(
                caller,
                async () => await audit.SearchAsync(
                    settings.Custodian, await QueryAsync(request.Query, [.. asked, .. own], reader, cancellationToken), cancellationToken),
                cancellationToken)
            : new([], 0, HasMore: false);
        await audit.RecordAsync(
            AuditTrail.Row(caller, instant, FhirInteraction.Search, Type, null, "permit", detail =>
            {
                detail.WriteString("query", AuditTrail.QueryText(request.Pairs));
                detail.WriteNumber("rows", page.Entries.Count);
            }),
            cancellationToken);
        var next = page.HasMore ? queries.Sign(caller, request, CursorAt(page.Entries[^1], request.Query)) : null;
        var isCounted = request.Query.CountOnly || request.Query.Count == 0 || request.Query.Total != SearchTotal.None;
        return new(
            [.. page.Entries.Select(entry => View(entry, reader))], isCounted ? page.Total : null, next, request.Used, request.Ignored);
    }

    public AuditView View(AuditEntry entry, AuditReader reader)
    {
        var told = reader.Told(entry.Row);
        return new(ids.Of(entry.Chain, entry.Sequence), told, AuditPattern.Of(told, settings.Custodian, reader.IsBlind), reader);
    }

    private async Task<(AuditReader Reader, long Instant)> AdmitAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken);
        var instant = snapshot.Instant;
        return (await AuditReader.OfAsync(caller, settings.Custodian, SuspendedAsync), instant);

        async Task<IReadOnlyList<string>> SuspendedAsync(string patient) => AccountingSuspension.InForce(
            (await audit.SearchAsync(settings.Custodian, AccountingSuspension.Of(patient), cancellationToken)).Entries, instant);
    }

    private async Task<AuditQuery> QueryAsync(
        SearchQuery query, IReadOnlyList<AuditCondition> conditions, AuditReader reader, CancellationToken cancellationToken)
    {
        AuditPlace? after = null;
        if (query.After is { } cursor)
        {
            after = ids.Read(cursor.Id) is var (chain, sequence)
                && await audit.FindAsync(chain, sequence, cancellationToken) is { } last
                    ? new(last.Row.Instant, chain, sequence)
                    : throw new FhirException(IssueCode.Value, "The page link is not one of this search's.");
        }

        return new(
            conditions,
            query.CountOnly ? 0 : query.Count,
            IsAscending: query.Sort is [{ Descending: false }],
            after,
            Counts: query.CountOnly || query.Count == 0 || query.Total != SearchTotal.None,
            HidesWithheld: reader.IsBlind);
    }

    private SearchCursor CursorAt(AuditEntry entry, SearchQuery query) =>
        new(new([.. query.Sort.Select(_ => (object?)entry.Row.Instant)]), ids.Of(entry.Chain, entry.Sequence));
}

/// <summary>A row as its reader may see it.</summary>
/// <param name="Id">Of the AuditEvent.</param>
internal sealed record AuditView(string Id, AuditRow Row, AuditPattern Pattern, AuditReader Reader);

/// <summary>A page of rows.</summary>
/// <param name="Total">All that are found, where it was asked for.</param>
/// <param name="Used">The parameters that it answers.</param>
internal sealed record AuditAnswer(
    IReadOnlyList<AuditView> Views,
    long? Total,
    string? NextCursor,
    IReadOnlyList<KeyValuePair<string, string>> Used,
    IReadOnlyList<Fhir.Validation.Issue> Ignored);
