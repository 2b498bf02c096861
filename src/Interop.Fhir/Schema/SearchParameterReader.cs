using System.Text.Json;
using Interop.Fhir.FhirPath;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Schema;

/// <summary>Reads SearchParameter resources (https://hl7.org/fhir/R4/searchparameter.html) of implementation guides.</summary>
public static class SearchParameterReader
{
    private const string Everything = "Resource";

    /// <summary>
    /// What a definition adds to those that are known, once for each base; nothing where it is retired, or derived from one that is known.
    /// </summary>
    /// <param name="definition">A resource of the type SearchParameter.</param>
    /// <param name="known">R4's and those that were read before: a composite's components are among them.</param>
    public static (IReadOnlyList<SearchParameterFacts> Facts, IReadOnlyList<Issue> Issues) Read(byte[] definition, SearchParameterSet known)
    {
        var issues = ResourceValidator.Validate(definition).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
        if (issues.Count > 0)
        {
            return ([], issues);
        }

        using var document = JsonDocument.Parse(definition, new() { MaxDepth = 64 });
        var root = document.RootElement;
        var (url, code, expression) = (Text(root, "url")!, Text(root, "code")!, Text(root, "expression"));
        var bases = Texts(root, "base").SelectMany(name => name is Everything or "DomainResource" ? FhirFacts.R4.ResourceTypes : [name])
            .Distinct().ToList();
        var clash = bases.Select(name => known.Find(name, code)).FirstOrDefault(other => other is not null && other.Url != url);
        if (Text(root, "status") == "retired" || known.Defined(url).Count > 0
            || (clash is not null && Text(root, "derivedFrom") is { } parent && parent.Split('|')[0] == clash.Url))
        {
            return ([], []);
        }

        if (clash is not null)
        {
            return Refused("SearchParameter.code", $"{clash.Resource} has {code} already, as {clash.Url} defines it.");
        }

        if (!Enum.TryParse<SearchParameterType>(Text(root, "type"), ignoreCase: true, out var type) || type == SearchParameterType.Special)
        {
            return Refused("SearchParameter.type", "A parameter of type special is not evaluated here.");
        }

        if (!code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') || code.Length > 64 || code[0] == '_')
        {
            return Refused("SearchParameter.code", "The code has 1 to 64 letters, digits and dashes, and begins with no underscore.");
        }

        if (expression is null || Objection(expression) is not null)
        {
            return Refused("SearchParameter.expression", expression is null ? "It is missing." : Objection(expression)!);
        }

        var components = new List<SearchComponentFacts>();
        foreach (var (number, component) in Items(root, "component").Index())
        {
            var place = $"SearchParameter.component[{number}]";
            if (known.Defined(Text(component, "definition")!.Split('|')[0]) is not [var part, ..])
            {
                return Refused($"{place}.definition", "The parameter is not known: give its definition before.");
            }

            if (Objection(Text(component, "expression")!) is { } wrong)
            {
                return Refused($"{place}.expression", wrong);
            }

            components.Add(new(part.Url, part.Type, Text(component, "expression")!));
        }

        return (
            [.. bases.Select(name => new SearchParameterFacts(name, code, url, type, expression, [.. Texts(root, "target")], components))],
            []);
    }

    private static string? Objection(string expression)
    {
        try
        {
            _ = FhirPathExpression.Compile(expression);
            return null;
        }
        catch (FhirPathException wrong)
        {
            return wrong.Message;
        }
    }

    private static (IReadOnlyList<SearchParameterFacts>, IReadOnlyList<Issue>) Refused(string place, string why) =>
        ([], [new(IssueSeverity.Error, "business-rule", why, place)]);

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    private static IEnumerable<string> Texts(JsonElement json, string name) => Items(json, name).Select(item => item.GetString()!);
}
