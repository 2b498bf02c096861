using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Fhir.Schema;

/// <summary>The search parameters that a server knows, by resource type and code. Those of Resource stand under every type.</summary>
public sealed class SearchParameterSet
{
    private static readonly Lazy<SearchParameterSet> Loaded = new(() => new(Official()));

    private readonly SearchParameterFacts[] all;
    private readonly FrozenDictionary<string, FrozenDictionary<string, SearchParameterFacts>> byType;
    private readonly Lazy<FrozenDictionary<string, SearchParameterFacts[]>> byUrl;

    private SearchParameterSet(IEnumerable<SearchParameterFacts> parameters)
    {
        all = [.. parameters];
        byType = all.GroupBy(parameter => parameter.Resource, StringComparer.Ordinal).ToFrozenDictionary(
            type => type.Key,
            type => type.ToFrozenDictionary(parameter => parameter.Code, StringComparer.Ordinal),
            StringComparer.Ordinal);
        byUrl = new(() => all.GroupBy(parameter => parameter.Url, StringComparer.Ordinal)
            .ToFrozenDictionary(definition => definition.Key, definition => definition.ToArray(), StringComparer.Ordinal));
    }

    /// <summary>
    /// The registry of R4: https://hl7.org/fhir/R4/searchparameter-registry.html, without the three that have no expression.
    /// </summary>
    public static SearchParameterSet R4 => Loaded.Value;

    /// <summary>Changes when a parameter is added or is another: what was indexed by other ones is indexed again.</summary>
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        all.Select(parameter => $"{parameter.Resource} {parameter.Code} {parameter.Type} {parameter.Expression}")
            .Order(StringComparer.Ordinal)))))[..12];

    public SearchParameterFacts? Find(string type, string code) => byType.GetValueOrDefault(type)?.GetValueOrDefault(code);

    /// <summary>What one definition gives to the types that it applies to; empty for an unknown address.</summary>
    public IReadOnlyList<SearchParameterFacts> Defined(string url) => byUrl.Value.GetValueOrDefault(url) ?? [];

    /// <summary>All parameters of a type; empty for an unknown one.</summary>
    public IReadOnlyCollection<SearchParameterFacts> Of(string type) => byType.GetValueOrDefault(type)?.Values ?? [];

    /// <summary>A new set with own parameters added; one with the same type and code replaces R4's.</summary>
    public SearchParameterSet With(IEnumerable<SearchParameterFacts> parameters)
    {
        var added = parameters.ToDictionary(parameter => (parameter.Resource, parameter.Code));
        return new(all.Where(known => !added.ContainsKey((known.Resource, known.Code))).Concat(added.Values));
    }

    private static IEnumerable<SearchParameterFacts> Official()
    {
        var listed = EmbeddedFacts.Lines("search.json").Select(line => new SearchParameterFacts(
            line[0].GetString()!,
            line[1].GetString()!,
            line[2].GetString()!,
            Enum.Parse<SearchParameterType>(line[3].GetString()!, ignoreCase: true),
            line[4].GetString()!,
            line[5].GetString().Words('|'),
            [.. line[6].EnumerateArray().Select(component => new SearchComponentFacts(
                component[0].GetString()!,
                Enum.Parse<SearchParameterType>(component[1].GetString()!, ignoreCase: true),
                component[2].GetString()!))])).ToList();
        var common = listed.Where(parameter => parameter.Resource == "Resource").ToList();
        var inherited = FhirFacts.R4.ResourceTypes.SelectMany(type => common.Select(parameter => parameter with { Resource = type }));
        return listed.Where(parameter => parameter.Resource != "Resource").Concat(inherited);
    }
}
