using Interop.Fhir.Schema;
using Interop.Fhir.Search;
using Interop.Sharing.Policy;
using Microsoft.AspNetCore.WebUtilities;

namespace Interop.Server.Security;

/// <summary>
/// Reads SMART scopes, version 2 and 1 (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html):
/// <c>patient|user|system / Type|* . cruds ? query</c>. A scope that is not understood to its last character allows nothing, and says why.
/// </summary>
internal sealed class ScopeReader(SearchQueryParser queries, SharingPolicy policy)
{
    // Each condition is asked of every row that is looked at; a token with more is no client's of ours.
    private const int MostConditions = 50;

    private static readonly Dictionary<string, string> VersionOne = new() { ["read"] = "rs", ["write"] = "cud", ["*"] = "cruds" };

    // Of the parameters for all types those that ask for what a resource is, not for when or how to answer.
    private static readonly string[] CommonParameters = ["_id", "_tag", "_security", "_profile", "_source"];

    private readonly IReadOnlyList<string> directory = [.. FhirFacts.R4.ResourceTypes.Where(policy.IsDirectory)];

    /// <param name="patient">The patient in the token's launch context; without one, <c>patient/</c> scopes allow nothing.</param>
    /// <param name="hasUser">Whether the token is about a person; without one, <c>user/</c> scopes allow nothing.</param>
    public Scopes Read(string text, string? patient, bool hasUser) =>
        Read(text, patient, context => Context(context, patient, hasUser), (_, rights) => rights);

    /// <summary>
    /// For a person who asks for her own record: <c>patient/</c> scopes alone, on the types and for the rights that the sharing tables give
    /// her.
    /// </summary>
    /// <param name="patient">Id of her Patient.</param>
    public Scopes ReadOwn(string text, string patient) => Read(
        string.Join(' ', text.Split(' ').Where(scope => scope.Contains('/'))),
        patient,
        context => context == "patient" ? null : "the own record is asked for by patient/ scopes.",
        OwnRights);

    private Scopes Read(
        string text, string? patient, Func<string, string?> objectionTo, Func<string, SmartRight, SmartRight> rightsOn)
    {
        var grants = new List<(SmartRight Rights, ScopeOpening Opening)>();
        var others = new List<string>();
        var objections = new List<string>();
        foreach (var scope in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct())
        {
            var (head, query) = scope.Split('?', 2) is [var before, var after] ? (before, after) : (scope, null);
            var slash = head.IndexOf('/', StringComparison.Ordinal);
            var dot = head.LastIndexOf('.');
            if (slash < 0 || dot < slash)
            {
                others.Add(scope);
                continue;
            }

            var objection = objectionTo(head[..slash]);
            var (type, letters) = (head[(slash + 1)..dot], head[(dot + 1)..]);
            var rights = SmartRights.Read(VersionOne.GetValueOrDefault(letters, letters));
            objection ??= type == "*" || FhirFacts.R4.IsResourceType(type) ? null : "R4 has no such type.";
            objection ??= rights != SmartRight.None ? null : "its rights must be some of cruds, in this order.";
            objection ??=
                grants.Count(grant => grant.Opening.Criteria.Count > 0) < MostConditions ? null : "the token has too many conditions.";
            var criteria = objection is null && query is not null ? Criteria(type, query, out objection) : [];
            var openings = objection is null ? OpeningsOf(type, rights, rightsOn) : [];
            objection ??= openings.Count > 0 ? null : "it is nothing that one does to the own record.";
            if (objection is null)
            {
                grants.AddRange(openings.Select(opening => (
                    opening.Rights, new ScopeOpening(opening.Type, head[..slash] == "patient" ? patient : null, criteria))));
            }
            else if (IsPrintable(head))
            {
                // The values of a query could name a person; what is wrong with it does not.
                objections.Add($"The scope {head}{(query is null ? "" : "?...")} allows nothing: {objection}");
            }
        }

        return new(grants, others, objections, directory);
    }

    /// <summary>A scope for all types is one for each where rights hang on the type.</summary>
    private IReadOnlyList<(SmartRight Rights, string? Type)> OpeningsOf(
        string type, SmartRight rights, Func<string, SmartRight, SmartRight> rightsOn)
    {
        if (type == "*" && rightsOn("*", rights) == rights)
        {
            return [(rights, null)];
        }

        var types = type == "*" ? policy.IndividualReads.Concat(directory) : [type];
        return [.. types.Select(each => (Rights: rightsOn(each, rights), (string?)each)).Where(each => each.Rights != SmartRight.None)];
    }

    private SmartRight OwnRights(string type, SmartRight rights)
    {
        var open = policy.IndividualReads.Contains(type) || directory.Contains(type)
            ? SmartRight.Read | SmartRight.Search
            : SmartRight.None;
        return rights & (open | SmartRights.Read(policy.IndividualWrites.GetValueOrDefault(type, string.Empty)));
    }

    private static string? Context(string context, string? patient, bool hasUser) => context switch
    {
        "patient" when patient is null => "the token names no patient.",
        "user" when !hasUser => "the token is not about a user.",
        "patient" or "user" or "system" => null,
        _ => "it must begin with patient/, user/ or system/.",
    };

    /// <summary>
    /// The query of a granular scope, read as a search of the type is. A scope says what a resource must be to be open: not what must be
    /// missing, which hidden elements would seem to be, nor what others must be, which the sight may not see.
    /// </summary>
    private IReadOnlyList<SearchCriterion> Criteria(string type, string query, out string? objection)
    {
        objection = null;
        if (type == "*")
        {
            objection = "a condition needs a type.";
            return [];
        }

        var pairs = QueryHelpers.ParseQuery(query)
            .SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty)))
            .ToList();
        var foreign = pairs.Find(pair => pair.Key.StartsWith('_') && !CommonParameters.Contains(pair.Key.Split(':')[0])).Key;
        if (pairs.Count == 0 || foreign is not null)
        {
            objection = foreign is null ? "its condition is empty." : "its condition is none that a scope can have.";
            return [];
        }

        var parsed = queries.Parse(type, pairs, lenient: false, now: 0);
        objection = parsed.Query is null ? parsed.Issues[0].Diagnostics
            : !parsed.Query.Criteria.All(IsPositive) ? "its condition may not be negated, chained, or depend on the time of the request."
            : PersonLookup.Is(parsed.Query) ? "a person is looked for by a search, which is counted, and not by a scope."
            : null;
        return objection is null ? parsed.Query!.Criteria : [];
    }

    private static bool IsPositive(SearchCriterion criterion) => criterion switch
    {
        IdCriterion => true,
        MissingCriterion missing => !missing.Missing,
        ValueCriterion { Modifier: SearchModifier.Not } => false,
        ValueCriterion value => value.Values.All(IsTimeless),
        _ => false,
    };

    private static bool IsTimeless(SearchValue value) => value switch
    {
        DateValue date => date.Prefix != SearchPrefix.Approximately,
        CompositeValue composite => composite.Components.All(IsTimeless),
        _ => true,
    };

    private static bool IsPrintable(string text) =>
        text.Length <= 100 && text.All(character => character is > ' ' and < '\x7f' and not '"' and not '\\');
}
