using Interop.Fhir.Schema;

namespace Interop.Fhir.Search;

/// <summary>Reads one criterion: parameter, modifier, chain, <c>_has</c> (https://hl7.org/fhir/R4/search.html#chaining).</summary>
internal sealed class SearchCriterionParser(
    Func<string, string, SearchParameterFacts?> find, Func<string, IReadOnlyList<TokenValue>?>? codesOf, SearchValueParser values)
{
    // A chain joins one view per step; nobody needs more, and a hostile query could ask for any number.
    private const int MaximumDepth = 4;

    // Over all criteria: a step that names no type branches into all that its reference may point at, and each is a join.
    private const int MaximumSteps = 40;

    // Over all criteria, and again for each type that a chain branches into: a database takes only so many in one statement.
    private const int MaximumValues = 500;

    private int steps;
    private int valueCount;

    /// <summary>The parameter as it is asked of the type itself, also where it is defined for all types.</summary>
    public SearchParameterFacts? Find(string type, string code) =>
        find(type, code) is { } parameter ? (parameter.Resource == type ? parameter : parameter with { Resource = type }) : null;

    public SearchCriterion? Parse(string type, string name, string value, SearchProblems problems, int depth = 0)
    {
        if (depth > MaximumDepth)
        {
            problems.Add("not-supported", $"chains of more than {MaximumDepth} steps are not supported.");
            return null;
        }

        if (name.StartsWith("_has:", StringComparison.Ordinal))
        {
            return Reverse(type, name, value, problems, depth);
        }

        var end = name.IndexOfAny(['.', ':']);
        var code = end < 0 ? name : name[..end];
        var rest = end < 0 ? "" : name[end..];
        if (value.Length == 0)
        {
            problems.Add("value", "a value is expected.");
            return null;
        }

        if (code is "_id" or "_lastUpdated")
        {
            return Common(code, rest, value, problems);
        }

        if (Find(type, code) is not { } parameter)
        {
            problems.Add("not-supported", $"{type} has no search parameter {code}.");
            return null;
        }

        var chain = rest.IndexOf('.', StringComparison.Ordinal);
        return chain >= 0
            ? Chain(parameter, rest[..chain].TrimStart(':'), rest[(chain + 1)..], value, problems, depth)
            : WithModifier(parameter, rest.TrimStart(':'), value, problems);
    }

    private SearchCriterion? Common(string code, string rest, string value, SearchProblems problems)
    {
        if (rest.Length > 0)
        {
            problems.Add("not-supported", $"{code} takes no modifier and no chain.");
            return null;
        }

        var parts = SearchText.Split(value, ',');
        if (!IsAffordable(parts.Count, problems))
        {
            return null;
        }

        if (code == "_lastUpdated")
        {
            var dates = parts.Select(part => values.Date(part, problems)).OfType<DateValue>().ToList();
            return dates.Count == parts.Count ? new LastUpdatedCriterion(dates) : null;
        }

        // An id that cannot be is an id that nothing has.
        return new IdCriterion([.. parts.Select(SearchText.Unescape)]);
    }

    private ReverseCriterion? Reverse(string type, string name, string value, SearchProblems problems, int depth)
    {
        var parts = name.Split(':', 4);
        if (parts.Length < 4)
        {
            problems.Add("value", "_has:Type:reference:parameter is expected.");
            return null;
        }

        if (Find(parts[1], parts[2]) is not { Type: SearchParameterType.Reference } reference || !MayPointAt(reference, type))
        {
            problems.Add("not-supported", $"{parts[1]} has no reference parameter {parts[2]} to {type}.");
            return null;
        }

        return IsAffordable(1, "ask for less at a time", problems) && Parse(parts[1], parts[3], value, problems, depth + 1) is { } inner
            ? new(parts[1], reference, inner)
            : null;
    }

    private ChainCriterion? Chain(
        SearchParameterFacts reference, string target, string inner, string value, SearchProblems problems, int depth)
    {
        if (reference.Type != SearchParameterType.Reference)
        {
            problems.Add("not-supported", $"{reference.Code} is no reference and cannot be chained.");
            return null;
        }

        if (target.Length > 0 && !MayPointAt(reference, target))
        {
            problems.Add("not-supported", $"{reference.Code} does not point at {target}.");
            return null;
        }

        var types = target.Length > 0 ? [target] : reference.Targets.Where(type => type != "Resource").ToList();
        if (types.Count == 0)
        {
            problems.Add("not-supported", $"{reference.Code} points at any type: name one, as in {reference.Code}:Patient.");
            return null;
        }

        if (!IsAffordable(types.Count, $"name the type of each, as in {reference.Code}:{types[0]}", problems))
        {
            return null;
        }

        var found = new List<ChainTarget>();
        SearchProblems? first = null;
        foreach (var type in types)
        {
            var apart = problems.Apart();
            if (Parse(type, inner, value, apart, depth + 1) is { } criterion)
            {
                found.Add(new(type, criterion));
            }
            else if (first is null || first.AreAllUnsupported)
            {
                first = apart;
            }
        }

        if (found.Count > 0)
        {
            return new(reference, found);
        }

        problems.AddRange(first!);
        return null;
    }

    private SearchCriterion? WithModifier(SearchParameterFacts parameter, string modifier, string value, SearchProblems problems)
    {
        switch (modifier)
        {
            case "missing":
                problems.AddIf(value is not ("true" or "false"), "value", ":missing takes true or false.");
                problems.AddIf(parameter.Type == SearchParameterType.Composite, "not-supported", "a composite has no :missing.");
                return problems.Issues.Count == 0 ? new MissingCriterion(parameter, value == "true") : null;
            case "":
                return Values(parameter, SearchModifier.None, null, value, problems);
            case "exact" when parameter.Type == SearchParameterType.String:
                return Values(parameter, SearchModifier.Exact, null, value, problems);
            case "contains" when parameter.Type == SearchParameterType.String:
                return Values(parameter, SearchModifier.Contains, null, value, problems);
            case "not" when parameter.Type == SearchParameterType.Token:
                return Values(parameter, SearchModifier.Not, null, value, problems);
            case "text" when parameter.Type == SearchParameterType.Token:
                var words = parameter with { Code = SearchModifiers.TextOf(parameter.Code), Type = SearchParameterType.String };
                return Values(words, SearchModifier.None, null, value, problems);
            case "in" or "not-in" when parameter.Type == SearchParameterType.Token:
                return InValueSet(parameter, modifier == "in" ? SearchModifier.None : SearchModifier.Not, value, problems);
            case "identifier" when parameter.Type == SearchParameterType.Reference:
                return Values(parameter, SearchModifier.Identifier, null, value, problems);
            case var type when parameter.Type == SearchParameterType.Reference && char.IsAsciiLetterUpper(type[0])
                && MayPointAt(parameter, type):
                return Values(parameter, SearchModifier.None, type, value, problems);
            default:
                problems.Add("not-supported", $"{parameter.Code} does not take the modifier :{modifier}.");
                return null;
        }
    }

    private ValueCriterion? Values(
        SearchParameterFacts parameter, SearchModifier modifier, string? targetType, string value, SearchProblems problems)
    {
        var parts = SearchText.Split(value, ',');
        if (!IsAffordable(parts.Count, problems))
        {
            return null;
        }

        var read = parts.Select(part => values.Value(parameter, modifier, targetType, part, problems)).OfType<SearchValue>().ToList();
        return read.Count == parts.Count ? new(parameter, modifier, values.InAnyCase(parameter, read)) : null;
    }

    /// <summary>
    /// <c>:in</c> and <c>:not-in</c> are the codes of the value set, one OR the other (https://hl7.org/fhir/R4/search.html#token).
    /// </summary>
    private ValueCriterion? InValueSet(SearchParameterFacts parameter, SearchModifier modifier, string url, SearchProblems problems)
    {
        var codes = codesOf?.Invoke(url);
        problems.AddIf(codes is null, "not-supported", "the value set is not loaded here.");
        problems.AddIf(codes is { Count: 0 }, "value", "the value set has no codes.");
        return codes is { Count: > 0 } && IsAffordable(codes.Count, problems)
            ? new(parameter, modifier, values.InAnyCase(parameter, codes))
            : null;
    }

    private bool IsAffordable(int more, string advice, SearchProblems problems)
    {
        steps += more;
        problems.AddIf(
            steps > MaximumSteps,
            "too-costly",
            $"a search takes at most {MaximumSteps} steps along references, one for each type: {advice}.");
        return steps <= MaximumSteps;
    }

    private bool IsAffordable(int more, SearchProblems problems)
    {
        valueCount += more;
        problems.AddIf(valueCount > MaximumValues, "too-costly", $"a search takes at most {MaximumValues} values.");
        return valueCount <= MaximumValues;
    }

    private static bool MayPointAt(SearchParameterFacts reference, string type) =>
        reference.Targets.Count == 0 || reference.Targets.Contains(type) || reference.Targets.Contains("Resource");
}
