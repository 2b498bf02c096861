using System.Text.Json;

namespace Interop.Fhir.Terminology;

/// <summary>A code of an expansion.</summary>
internal sealed record ListedCode(string? System, string Code, string? Display, bool IsInactive = false);

/// <summary>One include or exclude of a value set (https://hl7.org/fhir/R4/valueset.html#compositions): all its parts together.</summary>
/// <param name="System">Canonical URL of the code system, with its version where one is named; null where only value sets are.</param>
/// <param name="Listed">Codes by name; empty where filters or the whole system are meant.</param>
internal sealed record ValueSetPart(
    string? System, string? Version, IReadOnlyDictionary<string, ListedCode> Listed, IReadOnlyList<ConceptFilter> Filters,
    IReadOnlyList<string> ValueSets)
{
    public string? SystemReference => Version is null ? System : $"{System}|{Version}";
}

/// <summary>A loaded ValueSet.</summary>
/// <param name="Expansion">Its codes where it came expanded and without a composition; null otherwise.</param>
internal sealed record ValueSetFacts(
    string Url,
    string? Version,
    string? Name,
    string Status,
    bool AllowsInactive,
    IReadOnlyList<ValueSetPart> Includes,
    IReadOnlyList<ValueSetPart> Excludes,
    IReadOnlyList<ListedCode>? Expansion)
{
    /// <summary>Null where a filter can't be evaluated or an expansion is only a page of one.</summary>
    public static ValueSetFacts? Read(JsonElement resource)
    {
        var hasCompose = resource.TryGetProperty("compose", out var compose);
        if (hasCompose && compose.Items("include").Concat(compose.Items("exclude")).SelectMany(part => part.Items("filter"))
            .Any(filter => ConceptFilter.Read(filter) is null))
        {
            return null;
        }

        var expansion = !hasCompose && resource.TryGetProperty("expansion", out var expanded) ? expanded : (JsonElement?)null;
        IReadOnlyList<ListedCode>? listed = expansion is { } given ? [.. Listed(given)] : null;
        if (expansion is { } counted && counted.TryGetProperty("total", out var total) && total.GetInt32() > listed!.Count)
        {
            return null;
        }

        return new(
            resource.Text("url")!,
            resource.Text("version"),
            resource.Text("name"),
            resource.Text("status") ?? "unknown",
            !hasCompose || !compose.TryGetProperty("inactive", out var inactive) || inactive.GetBoolean(),
            hasCompose ? [.. compose.Items("include").Select(Part)] : [],
            hasCompose ? [.. compose.Items("exclude").Select(Part)] : [],
            listed);
    }

    private static ValueSetPart Part(JsonElement part)
    {
        var system = part.Text("system");
        var listed = new Dictionary<string, ListedCode>();
        foreach (var concept in part.Items("concept"))
        {
            listed.TryAdd(concept.Text("code")!, new(system, concept.Text("code")!, concept.Text("display")));
        }

        return new(system, part.Text("version"), listed, [.. part.Items("filter").Select(filter => ConceptFilter.Read(filter)!)],
            part.Texts("valueSet"));
    }

    private static IEnumerable<ListedCode> Listed(JsonElement holder)
    {
        foreach (var item in holder.Items("contains"))
        {
            var isAbstract = item.TryGetProperty("abstract", out var marked) && marked.GetBoolean();
            if (!isAbstract && item.Text("code") is { } code)
            {
                yield return new(item.Text("system"), code, item.Text("display"), item.TryGetProperty("inactive", out var inactive)
                    && inactive.GetBoolean());
            }

            foreach (var below in Listed(item))
            {
                yield return below;
            }
        }
    }
}
