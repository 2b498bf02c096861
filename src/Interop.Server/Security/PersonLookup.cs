using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Storage.Search;

namespace Interop.Server.Security;

/// <summary>
/// Whether a search looks for a person by what one knows of them, directly, along a chain or backwards. A search by id, by a reference
/// that was read elsewhere or by a case is none: whoever has those knows of the person already.
/// </summary>
internal static class PersonLookup
{
    private const int Few = 20;

    private static readonly HashSet<string> Persons = ["Patient", "RelatedPerson", "Person"];

    private static readonly HashSet<string> Knowledge =
    [
        "name", "family", "given", "phonetic", "birthdate", "death-date", "identifier", "phone", "email", "telecom", "address",
        "address-city",
        "address-country", "address-postalcode", "address-state", "address-use",
    ];

    public static bool Is(SearchQuery query) => Count(query) > 0;

    /// <summary>
    /// How many persons a search looks for: a list of alternatives is as many, and two names with three birth dates are six.
    /// </summary>
    public static int Count(SearchQuery query) => Product(query.Criteria.Select(criterion => Asked(query.Type, criterion)));

    /// <summary>How many ways there are to take one of each; things of which none is known don't count.</summary>
    public static int Product(IEnumerable<int> counts)
    {
        var known = counts.Where(count => count > 0).ToList();
        return known.Count == 0 ? 0 : (int)known.Aggregate(1L, (product, count) => Math.Min(product * count, int.MaxValue));
    }

    /// <summary>
    /// How many lookups a search may turn out to be: those that it asks for, or as many persons as a page of a list can hold. One that
    /// names what it knows of a person is one as long as it asks for no page that is larger than usual.
    /// </summary>
    public static int Cost(SearchQuery query)
    {
        var asked = Count(query);
        return !query.CountOnly && ListsPersons(query) && (asked == 0 || query.Count > SearchQuery.DefaultCount)
            ? Math.Max(asked, query.Count)
            : asked;
    }

    /// <summary>The persons that an answer shows besides those that the caller knew, because it asked for them by id.</summary>
    public static IReadOnlyList<ResourceKey> Shown(SearchQuery query, SearchPage page) =>
    [
        .. (IsById(query) ? [] : page.Matches).Concat(page.Included)
            .Select(seen => seen.Key)
            .Where(key => key.Type == "Patient")
            .Distinct(),
    ];

    /// <summary>Tells persons apart as <see cref="Fingerprint"/> tells lookups.</summary>
    public static long FingerprintOf(ResourceKey person) => Hash(person.ToString());

    /// <summary>Tells lookups apart without keeping what was asked: names do not stay in memory.</summary>
    public static long Fingerprint(string type, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        // How the answer is to be shown and where its page begins make no other person of it.
        var asked = pairs.Where(pair => pair.Key[0] != '_' || pair.Key.StartsWith("_has", StringComparison.Ordinal))
            .Select(pair => $"{pair.Key}={pair.Value}".ToUpperInvariant())
            .Order(StringComparer.Ordinal);
        return Hash(RequestLimits.KeyOf([type, .. asked]));
    }

    private static long Hash(string text) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool ListsPersons(SearchQuery query) =>
        (query.Type == "Patient" && !IsById(query)) || query.Includes.Any(BringsPersons);

    // A reference to just anything brings what a worklist is about, not who.
    private static bool BringsPersons(SearchInclude include) => include.Reverse
        ? include.Parameter.Resource == "Patient"
        : include.Target == "Patient"
            || (include.Target is null && include.Parameter.Targets is { Count: < Few } targets && targets.Contains("Patient"));

    private static bool IsById(SearchQuery query) =>
        query.Criteria.Any(criterion => criterion is IdCriterion or AnyCriterion { Alternatives: [.., IdCriterion] });

    private static int Asked(string type, SearchCriterion criterion) => criterion switch
    {
        ValueCriterion { Modifier: SearchModifier.Identifier } value =>
            value.Parameter.Targets.Any(Persons.Contains) ? value.Values.Count : 0,
        ValueCriterion value => Persons.Contains(type) && Knowledge.Contains(value.Parameter.Code) ? value.Values.Count : 0,
        ChainCriterion chain => Most(chain.Targets.Select(target => Asked(target.Type, target.Criterion))),
        ReverseCriterion reverse => Asked(reverse.Type, reverse.Criterion),
        _ => 0,
    };

    private static int Most(IEnumerable<int> counts) => counts.DefaultIfEmpty().Max();
}
