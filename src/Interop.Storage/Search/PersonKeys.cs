using System.Globalization;
using Interop.Fhir.Search;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Storage.Search;

/// <summary>
/// The texts by which somebody names a person who knows two identifiers: an identifier with its system, or the exact name and birth date.
/// Each is a row of the index of its own, so that who names a person is led to that person and past nobody else of the same name.
/// </summary>
internal static class PersonKeys
{
    /// <summary>The parameter of such rows; no search can ask for it.</summary>
    public const string Parameter = "_person";

    // Aliases of a person, or what a search lists: beyond that nobody names one person.
    private const int Most = 100;
    private const long Day = 24 * 3_600_000_000L;

    public static long Number => ParameterNumber.Of("Patient", Parameter);

    /// <summary>The rows of a Patient, each at the lowest tiers at which all that it is made of is there.</summary>
    public static IEnumerable<JudgedEntry> Of(IReadOnlyList<JudgedEntry> entries)
    {
        var shared = entries.Where(judged => judged.Party is null).ToList();
        var identifiers = shared
            .Where(judged => judged.Entry is TokenEntry { Parameter: "identifier", System.Length: > 0, Code.Length: > 0 })
            .Select(judged => Row(OfIdentifier((TokenEntry)judged.Entry), judged));
        var names =
            from family in shared
            where family.Entry is StringEntry { Parameter: "family" }
            from given in shared
            where given.Entry is StringEntry { Parameter: "given" }
            from birth in shared
            where birth.Entry is DateEntry { Parameter: "birthdate" } date && date.High - date.Low < Day
            select Row(
                OfName(((StringEntry)family.Entry).Folded, ((StringEntry)given.Entry).Folded, ((DateEntry)birth.Entry).Low),
                family,
                given,
                birth);
        return [.. identifiers.Concat(names.Take(Most))];
    }

    /// <summary>The keys with which a search names persons; none where it names nobody.</summary>
    public static IReadOnlyList<string> Of(SearchQuery query)
    {
        if (query.Type != "Patient")
        {
            return [];
        }

        var values = query.Criteria.OfType<ValueCriterion>().ToList();
        var identifiers = Values<TokenValue>("identifier", SearchModifier.None)
            .Where(token => token is { System.Length: > 0, Code.Length: > 0 })
            .Select(token => OfIdentifier(new("identifier", token.System, token.Code)));
        var names =
            from family in Names("family")
            from given in Names("given")
            from birth in Values<DateValue>("birthdate", SearchModifier.None)
            where birth.Prefix == SearchPrefix.Equal && birth.High - birth.Low < Day
            select OfName(family.Folded, given.Folded, birth.Low);
        var keys = identifiers.Concat(names).Distinct().Take(Most + 1).ToList();
        return keys.Count > Most ? [] : keys;

        IEnumerable<StringValue> Names(string parameter) =>
            Values<StringValue>(parameter, SearchModifier.None).Concat(Values<StringValue>(parameter, SearchModifier.Exact));

        IEnumerable<T> Values<T>(string parameter, SearchModifier modifier) => values
            .Where(value => value.Parameter.Code == parameter && value.Modifier == modifier)
            .SelectMany(value => value.Values.OfType<T>());
    }

    // The unit separator stands in no name: what is folded has none, and a system is a URI.
    private static string OfIdentifier(TokenEntry identifier) => IndexKey.Whole($"{identifier.System}\u001f{identifier.Code}");

    private static string OfName(string family, string given, long born) =>
        IndexKey.Whole(string.Create(CultureInfo.InvariantCulture, $"{family}\u001f{given}\u001f{born}"));

    private static JudgedEntry Row(string key, params ReadOnlySpan<JudgedEntry> parts)
    {
        var tiers = new TierPair(0, 0);
        foreach (var part in parts)
        {
            tiers = new(Math.Max(tiers.Anyone, part.Tiers.Anyone), Math.Max(tiers.Party, part.Tiers.Party));
        }

        return new(new TokenEntry(Parameter, null, key), tiers);
    }
}
