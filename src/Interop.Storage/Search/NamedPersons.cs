using Interop.Fhir.Search;

namespace Interop.Storage.Search;

/// <summary>
/// Whom a request names: what an agreement alone opens of a person is there only for who does (<see cref="Sharing.Policy.Openness"/>).
/// </summary>
/// <param name="Ids">Ids of Patients that the caller wrote itself, or was shown before.</param>
/// <param name="Keys">Texts of <see cref="PersonKeys"/>.</param>
internal sealed record NamedPersons(IReadOnlyList<string> Ids, IReadOnlyList<string> Keys)
{
    /// <summary>How the resources are come by that <c>_id</c> lists.</summary>
    public Way WayOfIds { get; private init; } = Way.ByName;

    public static NamedPersons Nobody { get; } = new([], []);

    /// <param name="patient">The one patient whom the token is about, or null.</param>
    public static NamedPersons Of(SearchQuery query, string? patient) => new(
        [
            .. query.Criteria.Where(criterion => !query.ListsIds || criterion is not IdCriterion)
                .SelectMany(criterion => PersonsIn(query.Type, criterion))
                .Concat(patient is null ? [] : [patient])
                .Distinct(StringComparer.Ordinal),
        ],
        PersonKeys.Of(query))
    {
        WayOfIds = query.ListsIds ? Way.ByListing : Way.ByName,
    };

    public NamedPersons With(IEnumerable<string> ids) => this with { Ids = [.. Ids.Union(ids, StringComparer.Ordinal)] };

    private static IEnumerable<string> PersonsIn(string type, SearchCriterion criterion) => criterion switch
    {
        IdCriterion ids => type == "Patient" ? ids.Ids : [],
        ValueCriterion { Modifier: SearchModifier.None } value => value.Values
            .OfType<ReferenceValue>()
            .Where(reference => reference is { Type: "Patient", Id: not null } || (reference is { Type: null, Id: not null }
                && value.Parameter.Targets.Contains("Patient")))
            .Select(reference => reference.Id!),
        AnyCriterion any => any.Alternatives.SelectMany(alternative => PersonsIn(type, alternative)),
        AllCriterion all => all.Criteria.SelectMany(each => PersonsIn(type, each)),
        ChainCriterion chain => chain.Targets.SelectMany(target => PersonsIn(target.Type, target.Criterion)),
        ReverseCriterion reverse => PersonsIn(reverse.Type, reverse.Criterion),
        _ => [],
    };
}
