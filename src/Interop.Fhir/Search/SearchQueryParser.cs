using System.Globalization;
using Interop.Fhir.References;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Search;

/// <summary>What came of reading a search: a query, or the issues that refuse it; and what a lenient reading left out.</summary>
/// <param name="Ignored">Warnings, one for each reason.</param>
/// <param name="Used">The parameters without those that were left out.</param>
public sealed record SearchParse(
    SearchQuery? Query, IReadOnlyList<Issue> Issues, IReadOnlyList<Issue> Ignored, IReadOnlyList<KeyValuePair<string, string>> Used);

/// <summary>Reads the parameters of a search. What it does not know is an issue that names the parameter, never ignored.</summary>
/// <param name="find">The search parameter of a type by its code; null where there is none.</param>
/// <param name="bases">The addresses of this server: references below them are local.</param>
/// <param name="zone">Of the place where days and times without a zone are meant; UTC when null.</param>
/// <param name="codesOf">The codes of a loaded value set, for <c>:in</c> and <c>:not-in</c>; null where it is not loaded.</param>
/// <param name="codeCase">The code systems that ignore case, as the index was written; none when null.</param>
public sealed class SearchQueryParser(
    Func<string, string, SearchParameterFacts?> find,
    ServiceBases bases,
    Func<string, IReadOnlyList<TokenValue>?>? codesOf = null,
    TimeZoneInfo? zone = null,
    CodeCase? codeCase = null)
{
    // A database takes only so many conditions and values in one statement, and each sort key is computed for every match.
    private const int MaximumParameters = 100;
    private const int MaximumCriteria = 20;
    private const int MaximumIncludes = 10;
    private const int MaximumSortKeys = 8;

    public CodeCase CodeCase { get; } = codeCase ?? CodeCase.Minded;

    /// <summary>A search that the program itself asks.</summary>
    /// <exception cref="InvalidOperationException">It is not written right.</exception>
    public SearchQuery ParseOwn(string type, long now, params IReadOnlyList<(string Name, string Value)> pairs) =>
        Parse(type, pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)), lenient: false, now).Query
        ?? throw new InvalidOperationException($"A search of the program's own for {type} could not be read.");

    /// <summary>
    /// That a resource of the type is in the compartment of another one (https://hl7.org/fhir/R4/compartmentdefinition.html); null where
    /// none of the type can be.
    /// </summary>
    public SearchCriterion? InCompartment(ResourceKey compartment, string type) =>
        InCompartments(compartment.Type, [compartment.Id], type);

    /// <summary>The same of several compartments of one kind.</summary>
    /// <param name="ids">Of their resources; null for all that there are.</param>
    public SearchCriterion? InCompartments(string compartment, IReadOnlyList<string>? ids, string type)
    {
        if (ids is null && type == compartment)
        {
            return new AllCriterion([]);
        }

        IReadOnlyList<SearchValue> values =
            [.. ids?.Select(id => new ReferenceValue(compartment, id, null)) ?? [new ReferenceValue(compartment, null, null)]];
        var alternatives = Compartments.Parameters(compartment, type)
            .Select(code => find(type, code))
            .OfType<SearchParameterFacts>()
            .Select(SearchCriterion (parameter) => new ValueCriterion(parameter, SearchModifier.None, values))
            .ToList();
        if (ids is not null && type == compartment)
        {
            alternatives.Add(new IdCriterion(ids));
        }

        return alternatives.Count == 0 ? null : new AnyCriterion(alternatives);
    }

    /// <summary>Reads name and value pairs, already decoded from the URL or form.</summary>
    /// <param name="lenient"><c>Prefer: handling=lenient</c>: parameters that are unknown or unsupported are left out and reported.</param>
    /// <param name="now">UTC microseconds of the request, for <c>ap</c>.</param>
    public SearchParse Parse(string type, IEnumerable<KeyValuePair<string, string>> parameters, bool lenient, long now)
    {
        var reading = new Reading(type, new(find, codesOf, new(bases, zone, now, CodeCase)));
        var issues = new List<Issue>();
        var ignored = new List<Issue>();
        var used = new List<KeyValuePair<string, string>>();
        var taken = 0;
        foreach (var (name, value) in parameters)
        {
            if (++taken > MaximumParameters)
            {
                issues.Add(new(IssueSeverity.Error, "too-costly", $"A search takes at most {MaximumParameters} parameters.", null));
                break;
            }

            var problems = new SearchProblems(name);
            if (value.Contains('\0', StringComparison.Ordinal))
            {
                problems.Add("value", "a control character that no value has.");
            }
            else
            {
                reading.Take(name, value, problems);
            }

            if (lenient && problems.AreAllUnsupported)
            {
                ignored.AddRange(problems.Issues.Select(issue => issue with { Severity = IssueSeverity.Warning }));
            }
            else
            {
                used.Add(new(name, value));
                issues.AddRange(problems.Issues);
            }
        }

        if (reading.After is { } cursor && cursor.Values.Count != reading.Sort.Count)
        {
            issues.Add(new(IssueSeverity.Error, "value", "_cursor: it belongs to another search.", null));
        }

        return issues.Count > 0 ? new(null, issues, ignored, used) : new(reading.ToQuery(), [], ignored, used);
    }

    /// <summary>The query as far as it is read.</summary>
    private sealed class Reading(string type, SearchCriterionParser criterionParser)
    {
        private readonly List<SearchCriterion> criteria = [];
        private readonly List<SearchInclude> includes = [];
        private int criteriaAsked;
        private int count = SearchQuery.DefaultCount;
        private SearchTotal total;
        private bool countOnly;

        public List<SearchSort> Sort { get; } = [];

        public SearchCursor? After { get; private set; }

        public SearchQuery ToQuery() => new(type, criteria, Sort, includes, count, total, countOnly, After);

        public void Take(string name, string value, SearchProblems problems)
        {
            switch (name)
            {
                case "_count":
                    TakeCount(value, problems);
                    break;
                case "_total":
                    TakeTotal(value, problems);
                    break;
                case "_summary":
                    TakeSummary(value, problems);
                    break;
                case "_sort":
                    TakeSort(value, problems);
                    break;
                case "_cursor":
                    After = SearchCursor.TryRead(value);
                    problems.AddIf(After is null, "value", "not a cursor of this server.");
                    break;
                case "_format" or "_pretty":
                    break;
                case "_contained":
                    problems.AddIf(value != "false", "not-supported", "contained resources are not searched; only false is supported.");
                    break;
                case "_list" or "_filter" or "_query" or "_text" or "_content" or "_containedType":
                    problems.Add("not-supported", "this server does not search by it.");
                    break;
                case "_include" or "_include:iterate" or "_revinclude" or "_revinclude:iterate":
                    TakeInclude(name, value, problems);
                    break;
                default:
                    // The first one too many is named, and none after it is looked at.
                    criteriaAsked++;
                    problems.AddIf(
                        criteriaAsked == MaximumCriteria + 1, "too-costly", $"a search takes at most {MaximumCriteria} criteria.");
                    if (criteriaAsked <= MaximumCriteria && criterionParser.Parse(type, name, value, problems) is { } criterion)
                    {
                        criteria.Add(criterion);
                    }

                    break;
            }
        }

        private void TakeCount(string value, SearchProblems problems)
        {
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out count);
            problems.AddIf(!isNumber, "value", "a whole number from 0 is expected.");
            count = Math.Min(count, SearchQuery.MaximumCount);
        }

        private void TakeTotal(string value, SearchProblems problems)
        {
            SearchTotal? asked = value switch
            {
                "none" => SearchTotal.None,
                "estimate" => SearchTotal.Estimate,
                "accurate" => SearchTotal.Accurate,
                _ => null,
            };
            problems.AddIf(asked is null, "value", "none, estimate or accurate is expected.");
            total = asked ?? SearchTotal.None;
        }

        private void TakeSummary(string value, SearchProblems problems)
        {
            countOnly = value == "count";
            problems.AddIf(value is "true" or "text" or "data", "not-supported", "only count and false are supported.");
            problems.AddIf(value is not ("count" or "false" or "true" or "text" or "data"), "value", "count or false is expected.");
        }

        private void TakeSort(string value, SearchProblems problems)
        {
            if (Sort.Count + value.Count(character => character == ',') >= MaximumSortKeys)
            {
                problems.Add("too-costly", $"at most {MaximumSortKeys} keys can be sorted by.");
                return;
            }

            var keys = new List<SearchSort>();
            foreach (var key in value.Split(','))
            {
                var descending = key.StartsWith('-');
                var code = descending ? key[1..] : key;
                if (code is "_id" or "_lastUpdated")
                {
                    keys.Add(new(code, null, descending));
                    continue;
                }

                var parameter = criterionParser.Find(type, code);
                problems.AddIf(parameter is null, "not-supported", $"{type} has no search parameter {code}.");
                var isSortable = parameter?.Type is SearchParameterType.Date or SearchParameterType.String or SearchParameterType.Token
                    or SearchParameterType.Number or SearchParameterType.Quantity or SearchParameterType.Uri;
                problems.AddIf(parameter is not null && !isSortable, "not-supported", $"{code} is of a type that cannot be sorted by.");
                if (isSortable)
                {
                    keys.Add(new(code, parameter, descending));
                }
            }

            // A lenient reading leaves out the whole of it, so that a page link can say what was used.
            if (problems.Issues.Count == 0)
            {
                Sort.AddRange(keys);
            }
        }

        private void TakeInclude(string name, string value, SearchProblems problems)
        {
            if (includes.Count == MaximumIncludes)
            {
                problems.Add("too-costly", $"at most {MaximumIncludes} includes are followed.");
                return;
            }

            var isReverse = name.StartsWith("_rev", StringComparison.Ordinal);
            var parts = value.Split(':');
            if (parts is not ([_, _] or [_, _, _]) || parts.Any(part => part.Length == 0))
            {
                var code = value.Contains('*', StringComparison.Ordinal) ? "not-supported" : "value";
                problems.Add(code, "Type:parameter or Type:parameter:Target is expected.");
                return;
            }

            var parameter = criterionParser.Find(parts[0], parts[1]);
            if (parameter is not { Type: SearchParameterType.Reference })
            {
                problems.Add("not-supported", $"{parts[0]} has no reference parameter {parts[1]}.");
                return;
            }

            includes.Add(new(parameter, parts.ElementAtOrDefault(2), isReverse, name.EndsWith(":iterate", StringComparison.Ordinal)));
        }
    }
}

/// <summary>What is wrong with one parameter.</summary>
internal sealed class SearchProblems(string parameter)
{
    private readonly List<Issue> issues = [];

    public IReadOnlyList<Issue> Issues => issues;

    public bool AreAllUnsupported => issues.Count > 0 && issues.TrueForAll(issue => issue.Code == "not-supported");

    public void Add(string code, string sentence) =>
        issues.Add(new(IssueSeverity.Error, code, $"{parameter}: {sentence}", null));

    public void AddIf(bool isWrong, string code, string sentence)
    {
        if (isWrong)
        {
            Add(code, sentence);
        }
    }

    public void AddRange(SearchProblems others) => issues.AddRange(others.issues);

    public SearchProblems Apart() => new(parameter);
}
