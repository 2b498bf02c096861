using System.Text.Json;
using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Searches;

/// <summary>The newest observations of each code, out of what the caller sees of them.</summary>
internal sealed class LastObservations(
    GuardedStore store, SearchQueries queries, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    private const string Type = "Observation";

    // All that meet the criteria are looked at: so many take a second.
    private const int Most = 10_000;

    /// <param name="criteria">Search criteria alone.</param>
    /// <param name="most">Of each code.</param>
    public async Task<IReadOnlyList<Disclosure>> FindAsync(
        Caller caller, IReadOnlyList<KeyValuePair<string, string>> criteria, int most, CancellationToken cancellationToken)
    {
        caller.Demand(Type, SmartRight.Search);
        var instant = store.Now();
        SearchQueries.RefuseResults(criteria, "$lastn");
        var request = queries.Read(caller, Type, [.. criteria, KeyValuePair.Create("_sort", "-date")], lenient: false, instant);
        lookups.Demand(caller, request.Query);
        var (found, row) = await turns.RunAsync(
            caller,
            () => FindAsync(caller, request.Query, AuditTrail.QueryText(criteria), most, instant, cancellationToken),
            cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        lookups.Note(caller, criteria, request.Query, new([], [], null, null));
        await lookups.TellAsync();
        return found;
    }

    /// <param name="text">The query in the caller's own words.</param>
    private async Task<(IReadOnlyList<Disclosure> Found, AuditRow Row)> FindAsync(
        Caller caller, SearchQuery query, string text, int most, long instant, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var sight = snapshot.Sight.Within(caller, SmartRight.Search);
        var kept = new List<(SeenResource Seen, Disclosure Disclosure)>();
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        var (after, looked) = ((SearchCursor?)null, 0);
        do
        {
            var page = snapshot.Rows.Search(query with { Count = SearchQuery.MaximumCount, After = after }, sight);
            foreach (var (seen, disclosure) in page.Matches.Zip(snapshot.DiscloseEach(page.Matches, sight)))
            {
                if (disclosure is not null && IsAmong(most, NamesOf(disclosure.Body), taken))
                {
                    kept.Add((seen, disclosure));
                }
            }

            (after, looked) = (page.Next, looked + page.Matches.Count);
            if (looked >= Most && after is not null)
            {
                throw new FhirException(
                    IssueCode.TooCostly, $"More than {Most} observations meet the criteria. Ask for fewer, by date or code.");
            }
        }
        while (after is not null);
        var row = AuditTrail.ListRow(
            snapshot, FhirInteraction.Operation, $"{Type}/$lastn", text, kept.Select(item => item.Seen));
        return (kept.ConvertAll(item => item.Disclosure), row);
    }

    /// <summary>
    /// An observation is of each of its codings, and given where none of them has enough newer ones; without codings its text counts.
    /// </summary>
    private static bool IsAmong(int most, List<string> names, Dictionary<string, int> taken)
    {
        if (names.Any(name => taken.GetValueOrDefault(name) >= most))
        {
            return false;
        }

        foreach (var name in names.Distinct())
        {
            taken[name] = taken.GetValueOrDefault(name) + 1;
        }

        return true;
    }

    private static List<string> NamesOf(ReadOnlyMemory<byte> observation)
    {
        using var document = JsonDocument.Parse(observation, FhirJson.Parsing);
        if (!document.RootElement.TryGetProperty("code", out var code))
        {
            return [string.Empty];
        }

        List<string> codings = code.TryGetProperty("coding", out var list)
            ? [.. list.EnumerateArray().Where(coding => coding.TryGetProperty("code", out _)).Select(
                coding => $"{Text(coding, "system")}|{Text(coding, "code")}")]
            : [];
        return codings.Count > 0 ? codings : [Text(code, "text")];
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? string.Empty : string.Empty;
}
