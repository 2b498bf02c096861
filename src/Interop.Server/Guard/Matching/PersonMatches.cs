using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Matching;

/// <summary>
/// Who of the persons that the caller sees may be the one that it describes. It is a lookup: limited, watched, and on the trail.
/// </summary>
internal sealed class PersonMatches(
    GuardedStore store, PersonCandidates candidates, AuditTrail audit, Turns turns, PersonLookups lookups)
{
    private const string Type = "Patient";

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

        var searches = PersonCandidates.SearchesFor(person);
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
        Math.Min(person.Identifiers.Count, PersonCandidates.MostIdentifiers)
            + PersonLookup.Product(
            [
                Math.Min(person.Families.Count, PersonCandidates.MostIdentifiers),
                Math.Min(person.Givens.Count, PersonCandidates.MostIdentifiers),
                Math.Min(person.PhonesAsWritten.Count, PersonCandidates.MostIdentifiers),
            ]));

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
        var found = candidates.Among(snapshot, snapshot.Sight.Within(caller, SmartRight.Search), person, searches, isBasic: true);
        var told = Told(found, onlyCertain).Take(most).ToList();
        var query = string.Join(" or ", searches.Select(search => string.Join('&', search.Select(pair => $"{pair.Name}={pair.Value}"))));
        return (
            told,
            AuditTrail.ListRow(snapshot, FhirInteraction.Operation, $"{Type}/$match", query, told.Select(match => match.Seen)));
    }
}
