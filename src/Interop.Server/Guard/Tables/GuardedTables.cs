using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Tables;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Tables;

/// <summary>
/// Runs a view over what its caller sees, and nothing else: as a search, page by page, with each resource as a read shows it.
/// </summary>
internal sealed class GuardedTables(
    GuardedStore store, SearchQueryParser queries, AuditTrail audit, Turns turns, PersonLookups lookups, TableEyes eyes)
{
    // A second's work; more is exported while nobody waits.
    public const int MostRows = 10_000;
    private const int MostResources = 20_000;

    /// <exception cref="FhirException">
    /// 403: a scope or an admission is missing. 400: it takes too much, or a parameter is wrong. 422: what is seen breaks a rule of the
    /// view.
    /// </exception>
    public async Task<TableLines> RunAsync(Caller caller, TableRequest asked, CancellationToken cancellationToken)
    {
        eyes.Demand(caller, asked);
        var instant = store.Now();
        var query = SearchQuery.Of(asked.View.Resource, CriteriaOf(queries, asked, instant));
        if (!eyes.IsLimited(caller))
        {
            lookups.Demand(caller, query);
        }

        var (lines, row, persons) = await turns.RunAsync(
            caller, () => RunAsync(caller, asked, query, instant, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        lookups.Note(caller, persons);
        await lookups.TellAsync();
        return lines;
    }

    private async Task<(TableLines Lines, AuditRow Row, IReadOnlyList<ResourceKey> Persons)> RunAsync(
        Caller caller, TableRequest asked, SearchQuery query, long instant, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var view = eyes.Of(snapshot, caller);
        var (lines, shown) = (new TableLines(asked.View), new List<SeenResource>());

        // Which rows of a limited data set are the first is not to be told by when they were written: all are made, and put in order.
        var most = view.IsLimited ? MostRows + 1 : asked.Limit ?? MostRows + 1;
        var (looked, after) = (0, (SearchCursor?)null);
        do
        {
            var page = snapshot.Rows.Search(query with { Count = SearchQuery.MaximumCount, After = after }, view.Sight);
            foreach (var (seen, disclosure) in page.Matches.Zip(view.Disclose(page.Matches)))
            {
                cancellationToken.ThrowIfCancellationRequested(); // a view may be much work for each resource
                looked += disclosure is null && view.IsLimited ? 0 : 1;
                if (disclosure is not null && lines.Count < most && Add(lines, disclosure, most - lines.Count) > 0)
                {
                    shown.Add(seen);
                }
            }

            after = page.Next;
            if (lines.Count > MostRows || (looked >= MostResources && after is not null))
            {
                throw new FhirException(
                    IssueCode.TooCostly, $"$run gives at most {MostRows} rows of {MostResources} resources: use _limit, or $export.");
            }
        }
        while (after is not null && lines.Count < most);
        return (
            view.IsLimited ? lines.InOrder(asked.Limit ?? MostRows) : lines,
            view.IsLimited
                ? AuditTrail.LimitedRow(snapshot, asked.Text, shown)
                : AuditTrail.ListRow(snapshot, FhirInteraction.Operation, "ViewDefinition/$run", asked.Text, shown),
            query.Type == "Patient" && !view.IsLimited ? [.. shown.Select(seen => seen.Key)] : []);

        // Where a view fails at a person, it has told of that person.
        int Add(TableLines lines, Disclosure disclosure, int room)
        {
            try
            {
                return lines.Add(disclosure, room);
            }
            catch (FhirException) when (query.Type == "Patient" && !view.IsLimited)
            {
                lookups.Note(caller, [disclosure.Key]);
                throw;
            }
        }
    }

    private static List<SearchCriterion> CriteriaOf(SearchQueryParser queries, TableRequest asked, long instant)
    {
        var criteria = new List<SearchCriterion>();
        if (asked.RecordOf(queries) is { } record)
        {
            criteria.Add(record);
        }

        if (asked.Since is { } since)
        {
            criteria.AddRange(
                queries.Parse(asked.View.Resource, [KeyValuePair.Create("_lastUpdated", "ge" + since)], lenient: false, instant).Query
                    ?.Criteria ?? throw new FhirException(IssueCode.Value, "The parameter _since must be a date or a time."));
        }

        return criteria;
    }
}

/// <summary>What of a view is asked for.</summary>
/// <param name="Limit">Most rows; null for all.</param>
/// <param name="Since">A time as it was sent.</param>
/// <param name="Patient">An id.</param>
internal sealed record TableRequest(ViewDefinition View, int? Limit, string? Since, string? Patient)
{
    /// <summary>What limits the rows to the patient's compartment; null where all are asked for.</summary>
    /// <exception cref="FhirException">400: resources of this type are in no compartment of a Patient.</exception>
    public SearchCriterion? RecordOf(SearchQueryParser queries) => Patient is null ? null
        : queries.InCompartments("Patient", [Patient], View.Resource) ?? throw new FhirException(
            IssueCode.NotSupported, $"The parameter patient: no {View.Resource} is in the compartment of a Patient.");

    /// <summary>For the trail, in words that hold nothing of a resource.</summary>
    public string Text => AuditTrail.QueryText(
    [
        KeyValuePair.Create("resource", View.Resource),
        .. View.Url is { } url ? [KeyValuePair.Create("view", View.Version is { } version ? $"{url}|{version}" : url)] : Nothing,
        .. Since is { } since ? [KeyValuePair.Create("_since", since)] : Nothing,
        .. Patient is { } patient ? [KeyValuePair.Create("patient", patient)] : Nothing,
    ]);

    private static KeyValuePair<string, string>[] Nothing => [];
}
