using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Storage;
using Interop.Storage.Audit;
using Interop.Storage.Write;

namespace Interop.Server.Guard.Exports;

/// <summary>
/// Writes exports, a page at a time: each page is what its caller sees at that moment, so what is revoked meanwhile is not in the next one.
/// A page counts when its row is stored; what a stop leaves behind that is written again.
/// </summary>
internal sealed class ExportPages(
    ResourceStore store,
    GuardedStore guarded,
    SearchQueryParser queries,
    ScopeReader scopes,
    ExportFiles files,
    Turns turns,
    PersonLookups lookups,
    TableEyes eyes)
{
    // A file is read as a whole when it is fetched.
    private const long MostBytes = 16L * 1024 * 1024;

    /// <summary>The job with one more page, or as it ended; null where it was cancelled.</summary>
    /// <param name="leasedUntil">UTC microseconds.</param>
    public async Task<ExportJob?> NextAsync(ExportJob job, long leasedUntil, CancellationToken cancellationToken)
    {
        var caller = KeptCaller.Read(job.Caller, scopes);
        try
        {
            var (request, progress) = (ExportRequest.Read(job.Request), ExportProgress.Read(job.Progress));
            var (next, row, persons) = await turns.RunAsync(
                caller, () => WriteAsync(job, caller, request, progress, cancellationToken), cancellationToken);
            lookups.Note(caller, persons);
            await lookups.TellAsync();
            var isDone = next.Type == request.Types.Count;
            return await SaveAsync(
                job with { Progress = next.Write(), LeasedUntil = leasedUntil, FinishedAt = isDone ? guarded.Now() : null },
                row,
                cancellationToken);
        }
        catch (Exception refused) when (refused is FhirException or TooCostlyException)
        {
            // Its reason is of those that a request would be told, which say nothing of what is hidden.
            var row = AuditTrail.Row(
                caller, guarded.Now(), FhirInteraction.Operation, $"{GuardedExports.Path}/{job.Id}", null, "deny", detail =>
                    detail.WriteString("rule", (refused as FhirException)?.Rule ?? "too-costly"));
            return await SaveAsync(job with { FinishedAt = guarded.Now(), Failure = refused.Message }, row, cancellationToken);
        }
    }

    private async Task<ExportJob?> SaveAsync(ExportJob job, AuditRow? row, CancellationToken cancellationToken)
    {
        var isThere = await store.WriteAsync(
            session =>
            {
                var isSaved = session.SaveExport(job);
                if (row is not null)
                {
                    session.Audit(row);
                }

                return isSaved;
            },
            cancellationToken);
        if (!isThere)
        {
            files.Remove(job.Id);
        }

        return isThere ? job : null;
    }

    private async Task<(ExportProgress Next, AuditRow? Row, IReadOnlyList<ResourceKey> Persons)> WriteAsync(
        ExportJob job, Caller caller, ExportRequest request, ExportProgress progress, CancellationToken cancellationToken)
    {
        await using var snapshot = await guarded.OpenAsync(caller, cancellationToken);
        var view = ViewOf(snapshot, caller, request);
        var type = request.Types[progress.Type];
        var page = snapshot.Rows.Search(QueryOf(request, type, progress.After, job.BegunAt), view.Sight);
        var elements = request.ElementsOf(type);
        var shown = page.Matches.Zip(view.Disclose(page.Matches)).Where(pair => pair.Second is not null).ToList();
        var disclosures = shown.Select(pair => pair.Second!)
            .Select(disclosure => elements.Count == 0 ? disclosure : disclosure.WithElements(elements))
            .ToList();
        var lines = request.Table is null ? null : LinesOf(request.Table, disclosures);
        var count = lines?.Count ?? disclosures.Count;
        var most = view.IsLimited ? TableLines.MostBytes : MostBytes;
        var written = count == 0 ? progress.Files : Written(job.Id, type, progress.Files, most, count, file => lines is null
            ? files.Append(file.Name, file.Bytes, disclosures)
            : files.Append(file.Name, file.Bytes, lines));
        if (view.IsLimited && written is [.., { Bytes: > TableLines.MostBytes }])
        {
            throw new FhirException(
                IssueCode.TooCostly,
                $"An evaluator's export has at most {TableLines.MostBytes / 1024 / 1024} megabytes: narrow the view by its where.");
        }

        var next = page.Next is { } place
            ? progress with { After = place.Write(), Files = written }
            : new ExportProgress(progress.Type + 1, null, written);
        var row = page.Matches.Count == 0 ? null
            : view.IsLimited ? AuditTrail.LimitedRow(snapshot, request.Url, shown.Select(pair => pair.First))
            : AuditTrail.ListRow(
                snapshot, FhirInteraction.Operation, $"{GuardedExports.Path}/{job.Id}", request.Url, page.Matches);
        return (next, row, type == "Patient" && !view.IsLimited ? [.. page.Matches.Select(seen => seen.Key)] : []);
    }

    /// <summary>A table of a limited data set has one file: in several it would show which rows were written first.</summary>
    private TableView ViewOf(GuardedSnapshot snapshot, Caller caller, ExportRequest request)
    {
        if (request.Table is not null)
        {
            return eyes.Of(snapshot, caller);
        }

        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        return new(sight, page => snapshot.DiscloseEach(page, sight), IsLimited: false);
    }

    private static TableLines LinesOf(ExportedTable table, List<Sharing.Redaction.Disclosure> disclosures)
    {
        var lines = table.Begin();
        disclosures.ForEach(disclosure => lines.Add(disclosure, int.MaxValue));
        return lines;
    }

    private static List<ExportedFile> Written(
        string job, string type, IReadOnlyList<ExportedFile> known, long most, int count, Func<ExportedFile, long> append)
    {
        var written = known.ToList();
        if (written.Count == 0 || written[^1].Type != type || written[^1].Bytes > most)
        {
            written.Add(new($"{job}-{written.Count + 1}.ndjson", type, 0, 0));
        }

        var file = written[^1];
        written[^1] = file with
        {
            Count = file.Count + count, Bytes = append(file),
        };
        return written;
    }

    private SearchQuery QueryOf(ExportRequest request, string type, string? after, long instant)
    {
        var criteria = new List<SearchCriterion>();
        if (request.Compartment is { } compartment)
        {
            criteria.Add(queries.InCompartments(compartment, request.Patients, type)!);
        }

        if (request.Since is { } since)
        {
            criteria.AddRange(Parsed(type, [KeyValuePair.Create("_lastUpdated", "ge" + since)], instant));
        }

        var filters = request.Filters.Where(filter => filter.Type == type)
            .Select(SearchCriterion (filter) => new AllCriterion(Parsed(type, FhirRequest.Pairs(filter.Query), instant)))
            .ToList();
        if (filters.Count > 0)
        {
            criteria.Add(new AnyCriterion(filters));
        }

        return SearchQuery.Of(type, criteria) with
        {
            Count = SearchQuery.MaximumCount, After = after is null ? null : SearchCursor.TryRead(after),
        };
    }

    private IReadOnlyList<SearchCriterion> Parsed(string type, IEnumerable<KeyValuePair<string, string>> pairs, long instant) =>
        queries.Parse(type, pairs, lenient: false, instant) is { Query: { } query }
            ? query.Criteria
            : throw new FhirException(IssueCode.Value, "A filter is not understood any more.");
}
