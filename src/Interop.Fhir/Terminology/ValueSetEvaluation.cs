using Interop.Fhir.Schema;

namespace Interop.Fhir.Terminology;

/// <summary>Membership in value sets and their enumeration, over what a <see cref="TerminologySet"/> has loaded. One per
/// question.</summary>
internal sealed class ValueSetEvaluation(TerminologySet set)
{
    // A value set that includes itself would never end; longer honest chains are not known.
    private const int DeepestInclusion = 32;

    private readonly Stack<string> open = new();

    /// <param name="system">Null for a value of type <c>code</c>, whose system the value set implies.</param>
    public Membership Contains(string url, string? system, string code)
    {
        if (open.Contains(url) || open.Count == DeepestInclusion)
        {
            return Membership.Unknown(url);
        }

        open.Push(url);
        var result = Find(url, system, code);
        open.Pop();
        return result;
    }

    /// <summary>All codes, or null and what is not loaded.</summary>
    public IReadOnlyList<ListedCode>? Enumerate(string url, out string? missing)
    {
        missing = url;
        if (open.Contains(url) || open.Count == DeepestInclusion)
        {
            return null;
        }

        open.Push(url);
        var result = List(url, ref missing);
        open.Pop();
        missing = result is null ? missing : null;
        return result;
    }

    private Membership Find(string url, string? system, string code)
    {
        if (set.ValueSet(url) is not { } valueSet)
        {
            return set.WholeOf(url) is { } whole ? InSystem(whole, system, code)
                : Official(url) is { } official
                    ? Membership.Of(system is null ? official.SystemOf(code) is not null : InOfficial(official, system, code))
                : Membership.Unknown(url);
        }

        if (valueSet.Expansion is { } expansion)
        {
            return Membership.Of(expansion.Any(item => item.Code == code && (system is null || item.System == system)));
        }

        var included = Membership.No;
        foreach (var part in valueSet.Includes)
        {
            included = included.Or(() => InPart(part, system, code, valueSet.AllowsInactive));
        }

        foreach (var part in valueSet.Excludes)
        {
            included = included.And(() => InPart(part, system, code, allowsInactive: true).Not());
        }

        return included;
    }

    private Membership InPart(ValueSetPart part, string? system, string code, bool allowsInactive)
    {
        var result = part.System is null ? Membership.Yes : system is not null && system != part.System ? Membership.No
            : InSystemPart(part, code, allowsInactive);
        foreach (var url in part.ValueSets)
        {
            result = result.And(() => Contains(url, system, code));
        }

        return result;
    }

    private Membership InSystemPart(ValueSetPart part, string code, bool allowsInactive)
    {
        var loaded = set.CodeSystem(part.SystemReference!);
        if (part.Listed.Count > 0)
        {
            var isListed = part.Listed.ContainsKey(code) || (loaded?.Find(code) is { } other && part.Listed.ContainsKey(other.Code));
            return Membership.Of(isListed && (allowsInactive || loaded?.Find(code)?.IsInactive != true));
        }

        if (loaded is not { IsComplete: true })
        {
            return Membership.Unknown(part.SystemReference!);
        }

        return Membership.Of(loaded.Find(code) is { } concept && IsSelected(loaded, concept, part, allowsInactive));
    }

    private static bool IsSelected(CodeSystemFacts system, ConceptFacts concept, ValueSetPart part, bool allowsInactive) =>
        !concept.IsAbstract && (allowsInactive || !concept.IsInactive) && part.Filters.All(filter => filter.Holds(system, concept));

    private static Membership InSystem(CodeSystemFacts whole, string? system, string code) =>
        system is not null && system != whole.Url ? Membership.No
        : whole.IsComplete ? Membership.Of(whole.Find(code) is { IsAbstract: false })
        : Membership.Unknown(whole.Url);

    private static CodeSet? Official(string url) => FhirFacts.R4.Codes(WithoutVersion(url));

    private static bool InOfficial(CodeSet official, string system, string code) =>
        official.Has(System.Text.Encoding.UTF8.GetBytes(system), System.Text.Encoding.UTF8.GetBytes(code));

    /// <summary>R4's own value sets are known in the one version that R4 has.</summary>
    private static string WithoutVersion(string url) => url.EndsWith("|4.0.1", StringComparison.Ordinal) ? url[..^"|4.0.1".Length] : url;

    private IReadOnlyList<ListedCode>? List(string url, ref string? missing)
    {
        if (set.ValueSet(url) is not { } valueSet)
        {
            if (set.WholeOf(url) is { IsComplete: true } whole)
            {
                return [.. whole.Concepts.Where(concept => !concept.IsAbstract).Select(concept => Listed(whole, concept))];
            }

            return Official(url) is { } official
                ? [.. official.Systems.SelectMany(system =>
                    system.Value.Select(code => new ListedCode(system.Key, code, set.CodeSystem(system.Key)?.Find(code)?.Display)))]
                : null;
        }

        if (valueSet.Expansion is { } expansion)
        {
            return expansion;
        }

        var codes = new List<ListedCode>();
        foreach (var part in valueSet.Includes)
        {
            if (Candidates(part, valueSet.AllowsInactive, ref missing) is not { } candidates)
            {
                return null;
            }

            codes.AddRange(candidates);
        }

        var distinct = codes.DistinctBy(item => (item.System, item.Code)).ToList();
        for (var i = distinct.Count - 1; i >= 0; i--)
        {
            var isExcluded = Membership.No;
            foreach (var part in valueSet.Excludes)
            {
                isExcluded = isExcluded.Or(() => InPart(part, distinct[i].System, distinct[i].Code, allowsInactive: true));
            }

            if (isExcluded.IsMember is null)
            {
                missing = isExcluded.Missing;
                return null;
            }

            if (isExcluded.IsMember == true)
            {
                distinct.RemoveAt(i);
            }
        }

        return distinct;
    }

    private List<ListedCode>? Candidates(ValueSetPart part, bool allowsInactive, ref string? missing)
    {
        IEnumerable<ListedCode>? candidates;
        var others = part.ValueSets.AsEnumerable();
        if (part.System is not null)
        {
            candidates = InSystemPart(part, allowsInactive, ref missing);
        }
        else
        {
            candidates = part.ValueSets.Count == 0 ? [] : Enumerate(part.ValueSets[0], out missing);
            others = others.Skip(1);
        }

        var kept = new List<ListedCode>();
        foreach (var candidate in candidates ?? [])
        {
            var isIn = Membership.Yes;
            foreach (var url in others)
            {
                isIn = isIn.And(() => Contains(url, candidate.System, candidate.Code));
            }

            if (isIn.IsMember is null)
            {
                missing = isIn.Missing;
                return null;
            }

            if (isIn.IsMember == true)
            {
                kept.Add(candidate);
            }
        }

        return candidates is null ? null : kept;
    }

    private IEnumerable<ListedCode>? InSystemPart(ValueSetPart part, bool allowsInactive, ref string? missing)
    {
        var loaded = set.CodeSystem(part.SystemReference!);
        if (part.Listed.Count > 0)
        {
            return part.Listed.Values
                .Select(listed =>
                    loaded?.Find(listed.Code) is { } known
                        ? listed with { Display = listed.Display ?? known.Display, IsInactive = known.IsInactive } : listed)
                .Where(listed => allowsInactive || !listed.IsInactive);
        }

        missing = part.SystemReference;
        return loaded is { IsComplete: true }
            ? loaded.Concepts.Where(concept => IsSelected(loaded, concept, part, allowsInactive)).Select(concept => Listed(loaded, concept))
            : null;
    }

    private static ListedCode Listed(CodeSystemFacts system, ConceptFacts concept) =>
        new(system.Url, concept.Code, concept.Display, concept.IsInactive);
}
