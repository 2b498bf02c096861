using Interop.Fhir.Search;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard.Matching;

/// <summary>
/// Who of the persons that a sight sees may be the one that is described. Candidates are found by searches with that sight.
/// </summary>
internal sealed class PersonCandidates(SearchQueryParser queries)
{
    public const int MostIdentifiers = 10;
    private const string Type = "Patient";
    private const int MostOfOneSearch = 100;

    /// <summary>Each would be enough to find somebody by.</summary>
    public static IReadOnlyList<IReadOnlyList<(string Name, string Value)>> SearchesFor(PersonDescription person)
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

    /// <summary>Those who may be that person, each with how well the two fit.</summary>
    /// <param name="searches">Of <see cref="SearchesFor"/>.</param>
    /// <param name="isBasic">Whether only what is basic of them is compared, so that a score tells of nothing else.</param>
    public IReadOnlyList<PersonMatched> Among(
        GuardedRows rows,
        Sight sight,
        PersonDescription person,
        IReadOnlyList<IReadOnlyList<(string Name, string Value)>> searches,
        bool isBasic)
    {
        List<SeenResource> candidates =
        [
            .. searches.SelectMany(search => Found(rows, sight, search)).DistinctBy(seen => seen.Key),
        ];
        var disclosures = rows.DiscloseEach(candidates, sight);
        var compared = isBasic ? rows.DiscloseEach([.. candidates.Select(seen => seen.AsBasic())], sight) : disclosures;
        return
        [
            .. candidates.Select((seen, number) => (Seen: seen, Compared: compared[number], Disclosure: disclosures[number]))
                .Where(item => item.Compared is not null && item.Disclosure is not null)
                .Select(item => new PersonMatched(
                    item.Seen, item.Disclosure!, PersonScore.Of(person, PersonDescription.Of(item.Compared!.Body))))
                .Where(match => match.Score.Grade != PersonScore.None),
        ];
    }

    /// <summary>
    /// The values are somebody's words, however many persons they fit: where the writer waits for it, what costs too much finds nobody.
    /// </summary>
    private IReadOnlyList<SeenResource> Found(GuardedRows rows, Sight sight, IReadOnlyList<(string Name, string Value)> search)
    {
        var query = queries.ParseOwn(Type, rows.Instant, search) with { Count = MostOfOneSearch };
        try
        {
            return rows.Rows.SearchCondition(query, sight).Matches;
        }
        catch (TooCostlyException) when (rows is GuardedTransaction)
        {
            return [];
        }
    }
}

/// <summary>A person who may be the one that was described.</summary>
internal sealed record PersonMatched(SeenResource Seen, Disclosure Disclosure, PersonScore Score);
