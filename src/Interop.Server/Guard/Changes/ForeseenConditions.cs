using Interop.Fhir.Search;
using Interop.Storage.Audit;
using Interop.Storage.Search;
using Interop.Storage.Write;

namespace Interop.Server.Guard.Changes;

/// <summary>
/// What the conditions of one write look for. It is found beforehand on a snapshot, where it keeps nobody waiting, and confirmed in the
/// write: as long as nothing has changed that it hangs on, it is not searched again there.
/// </summary>
internal sealed class ForeseenConditions
{
    private readonly Dictionary<(string Type, string Condition), (SearchPage Page, ChangeMark Mark)> foreseen = [];

    /// <summary>The rows of the trail, which stay also where the write is undone.</summary>
    public List<AuditRow> Rows { get; } = [];

    public void Foresee(string type, string condition, SearchPage page, ChangeMark mark) => foreseen[(type, condition)] = (page, mark);

    public bool IsForeseen(string type, string condition) => foreseen.ContainsKey((type, condition));

    /// <summary>What was found beforehand, if it still holds.</summary>
    public SearchPage? Confirmed(string type, string condition, GuardedTransaction transaction) =>
        foreseen.TryGetValue((type, condition), out var found) && transaction.IsUnchanged(found.Mark) ? found.Page : null;

    /// <summary>The types of resources on which the answer to a search hangs; who may see them is one more.</summary>
    public static IEnumerable<string> TypesOf(SearchQuery query) =>
        query.Criteria.SelectMany(criterion => TypesOf(criterion)).Prepend(query.Type).Distinct();

    private static IEnumerable<string> TypesOf(SearchCriterion criterion) => criterion switch
    {
        ValueCriterion value => TargetsOf(value.Parameter.Targets),
        MissingCriterion missing => TargetsOf(missing.Parameter.Targets),
        AnyCriterion any => any.Alternatives.SelectMany(TypesOf),
        ChainCriterion chain => chain.Targets.SelectMany(target => TypesOf(target.Criterion).Prepend(target.Type)),
        ReverseCriterion reverse => TypesOf(reverse.Criterion).Prepend(reverse.Type),
        _ => [],
    };

    // A reference is there as long as its target is.
    private static IEnumerable<string> TargetsOf(IReadOnlyList<string> targets) =>
        targets.Contains("Resource") ? [ChangeMark.Anything] : targets;
}
