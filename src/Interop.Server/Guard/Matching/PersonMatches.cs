using Interop.Fhir.Search;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Matching;

/// <summary>
/// Who of the persons that the caller sees may be the one that it describes. Candidates are found by its own searches; what is compared is
/// what is basic of them, so that a score tells of nothing else.
/// </summary>
internal sealed class PersonMatches(
    GuardedStore store, SearchQueryParser queries, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    private const string Type = "Patient";
    private const int MostIdentifiers = 10;
    private const int MostOfOneSearch = 100;

    /// <param name="most">How many are given.</param>
    /// <exception cref="FhirException">400: too little is known of the person. 429: the caller has looked for too many.</exception>
    public async Task<IReadOnlyList<PersonMatched>> FindAsync(
        Caller caller, PersonDescription person, bool onlyCertain, int most, CancellationToken cancellationToken)
    {
        caller.Demand(Type, SmartRight.Search);
        if (person.Kinds < 2)
        {
            throw new FhirException(
                IssueCode.Required,
                "Two of identifier, family name, given name, birth date and phone are needed to name the person.",
                Type);
        }

        var searches = SearchesFor(person);
        var asked = AskedBy(person);
        lookups.Demand(caller, asked);
        var instant = store.Now();
        var (told, row) = await turns.RunAsync(
            caller, () => FindAsync(caller, person, searches, onlyCertain, most, instant, cancellationToken), cancellationToken);
        await audit.RecordAsync(row, cancellationToken);
        var pairs = searches.SelectMany(search => search.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        lookups.NoteMatch(caller, asked, [.. told.Select(match => match.Seen.Key)], PersonLookup.Fingerprint(Type, pairs));
        await lookups.TellAsync();
        return told;
    }

    /// <summary>Of several that seem certain none is.</summary>
    private static IEnumerable<PersonMatched> Told(IReadOnlyList<PersonMatched> found, bool onlyCertain)
    {
        var isUnique = found.Count(match => match.Score.Grade == PersonScore.Certain) == 1;
        return found.Select(match => match.Score.Grade == PersonScore.Certain && !isUnique
                ? match with { Score = match.Score with { Grade = PersonScore.Probable } }
                : match)
            .Where(match => !onlyCertain || match.Score.Grade == PersonScore.Certain)
            .OrderByDescending(match => match.Score.Value)
            .ThenBy(match => match.Seen.Key.Id, StringComparer.Ordinal);
    }

    /// <summary>How many persons the description may be of: one for each identifier, and for each way to put its names together.</summary>
    private static int AskedBy(PersonDescription person) => Math.Max(
        1,
        Math.Min(person.Identifiers.Count, MostIdentifiers)
            + PersonLookup.Product(
            [
                Math.Min(person.Families.Count, MostIdentifiers),
                Math.Min(person.Givens.Count, MostIdentifiers),
                Math.Min(person.PhonesAsWritten.Count, MostIdentifiers),
            ]));

    /// <summary>Each would be enough to find somebody by.</summary>
    private static List<IReadOnlyList<(string Name, string Value)>> SearchesFor(PersonDescription person)
    {
        var searches = new List<IReadOnlyList<(string Name, string Value)>>();
        searches.AddRange(person.Identifiers.Take(MostIdentifiers).Select(IReadOnlyList<(string, string)> (identifier) =>
        {
            var bar = identifier.LastIndexOf('|');
            var value = SearchText.Escape(identifier[(bar + 1)..]);
            return [("identifier", bar == 0 ? value : $"{SearchText.Escape(identifier[..bar])}|{value}")];
        }));
        (string Name, string? Value)[] parts =
        [
            ("birthdate", person.BirthDate), ("family", Any(person.Families)), ("given", Any(person.Givens)),
            ("phone", Any(person.PhonesAsWritten)),
        ];
        var known = parts.Where(part => part.Value is not null).Select(part => (part.Name, Value: part.Value!)).ToList();
        searches.AddRange(
            from first in known
            from second in known
            where known.IndexOf(first) < known.IndexOf(second)
            select (IReadOnlyList<(string, string)>)[first, second]);

        // Of whom an agreement alone opens, only this leads to anybody (sharing.md).
        if (known.Take(3).Select(part => part.Name).SequenceEqual(["birthdate", "family", "given"]))
        {
            searches.Add([.. known.Take(3)]);
        }

        return searches;

        static string? Any(IReadOnlyList<string> values) =>
            values.Count == 0 ? null : string.Join(',', values.Take(MostIdentifiers).Select(SearchText.Escape));
    }

    private async Task<(IReadOnlyList<PersonMatched> Told, AuditRow Row)> FindAsync(
        Caller caller,
        PersonDescription person,
        IReadOnlyList<IReadOnlyList<(string Name, string Value)>> searches,
        bool onlyCertain,
        int most,
        long instant,
        CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsync(caller, cancellationToken, instant);
        var found = Compare(snapshot, snapshot.Sight.Within(caller, SmartRight.Search), person, searches);
        var told = Told(found, onlyCertain).Take(most).ToList();
        var query = string.Join(" or ", searches.Select(search => string.Join('&', search.Select(pair => $"{pair.Name}={pair.Value}"))));
        return (
            told,
            AuditTrail.ListRow(snapshot, FhirInteraction.Operation, $"{Type}/$match", query, told.Select(match => match.Seen)));
    }

    private IReadOnlyList<PersonMatched> Compare(
        GuardedSnapshot snapshot,
        Sight sight,
        PersonDescription person,
        IReadOnlyList<IReadOnlyList<(string Name, string Value)>> searches)
    {
        List<SeenResource> candidates =
        [
            .. searches.SelectMany(search =>
                    snapshot.Rows.Search(queries.ParseOwn(Type, snapshot.Instant, search) with { Count = MostOfOneSearch }, sight).Matches)
                .DistinctBy(seen => seen.Key),
        ];
        var basics = snapshot.DiscloseEach([.. candidates.Select(seen => seen.AsBasic())], sight);
        var disclosures = snapshot.DiscloseEach(candidates, sight);
        return
        [
            .. candidates.Select((seen, number) => (Seen: seen, Basic: basics[number], Disclosure: disclosures[number]))
                .Where(item => item.Basic is not null && item.Disclosure is not null)
                .Select(item => new PersonMatched(
                    item.Seen, item.Disclosure!, PersonScore.Of(person, PersonDescription.Of(item.Basic!.Body))))
                .Where(match => match.Score.Grade != PersonScore.None),
        ];
    }
}

/// <summary>A person who may be the one that was described.</summary>
internal sealed record PersonMatched(SeenResource Seen, Disclosure Disclosure, PersonScore Score);
