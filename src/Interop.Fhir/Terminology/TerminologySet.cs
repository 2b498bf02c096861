using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Terminology;

/// <summary>
/// The code systems and value sets that were loaded, beside the 220 value sets of R4's required bindings, which are always there (without
/// displays). Answers <c>$expand</c>, <c>$validate-code</c> and <c>$lookup</c> (https://hl7.org/fhir/R4/terminology-service.html) and says
/// so where something is not loaded. Load first, then share between threads.
/// </summary>
public sealed class TerminologySet
{
    /// <summary>The most codes that one expansion holds.</summary>
    public const int LargestPage = 10_000;

    private readonly Dictionary<string, CodeSystemFacts> codeSystems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CodeSystemFacts> wholes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueSetFacts> valueSets = new(StringComparer.Ordinal);

    /// <summary>Which of the loaded code systems ignore case.</summary>
    public CodeCase CodeCase =>
        new(codeSystems.Where(item => item.Key == item.Value.Url && item.Value.IgnoresCase).Select(item => item.Key));

    /// <summary>
    /// Adds a CodeSystem or ValueSet in UTF-8 JSON; one with the same URL takes the place of an earlier one. Nothing is added where there
    /// are issues.
    /// </summary>
    public IReadOnlyList<Issue> Load(ReadOnlyMemory<byte> resource)
    {
        var text = ByteOrderMark.Skip(resource);
        var issues = ResourceValidator.Validate(text, ValidationOptions.StructureOnly).Where(issue => issue.Severity <= IssueSeverity.Error)
            .ToList();
        if (issues.Count > 0)
        {
            return issues;
        }

        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = JsonTape.DefaultDepth + 1 });
        var root = document.RootElement;
        return (root.Text("resourceType"), root.Text("url")) switch
        {
            ("CodeSystem" or "ValueSet", null) =>
                [Wrong("required", "A code system or value set without url can't be found again.", "url")],
            ("CodeSystem", _) when root.Text("content") == "supplement" =>
                [Wrong("not-supported", "Supplements of code systems are not supported.", "CodeSystem.content")],
            ("CodeSystem", _) => Add(CodeSystemFacts.Read(root)),
            ("ValueSet", _) => Add(ValueSetFacts.Read(root)),
            _ => [Wrong("not-supported", "Only CodeSystem and ValueSet can be loaded.", "resourceType")],
        };
    }

    /// <summary>Whether a code is in a value set.</summary>
    /// <param name="valueSet">Canonical URL, with <c>|version</c> or without.</param>
    /// <param name="system">Null for a value of type <c>code</c>, whose system the value set implies.</param>
    public Membership Contains(string valueSet, string? system, string code) =>
        new ValueSetEvaluation(this).Contains(valueSet, system, code);

    /// <summary>All codes of a value set with their systems, for <c>:in</c>; null where something of it is not loaded.</summary>
    public IReadOnlyList<TokenValue>? CodesOf(string url) =>
        new ValueSetEvaluation(this).Enumerate(url, out _) is { } codes
            ? [.. codes.Select(code => new TokenValue(code.System, code.Code))]
            : null;

    /// <summary>https://hl7.org/fhir/R4/valueset-operation-expand.html</summary>
    /// <param name="filter">Words that must occur in the display or the code, whatever their case and accents.</param>
    /// <param name="time">For <c>expansion.timestamp</c>.</param>
    public TerminologyAnswer Expand(string url, DateTimeOffset time, string? filter = null, int? count = null, int? offset = null)
    {
        if (new ValueSetEvaluation(this).Enumerate(url, out var missing) is not { } codes)
        {
            return new TerminologyAnswer.NotLoaded(missing!);
        }

        var words = StringFolding.Fold(filter ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var matches = words.Length == 0 ? codes : [.. codes.Where(code => Matches(code, words))];
        var page = matches.Skip(Math.Max(offset ?? 0, 0)).Take(Math.Max(count ?? int.MaxValue, 0)).ToList();
        return page.Count > LargestPage
            ? new TerminologyAnswer.Refused(
                Wrong("too-costly", $"The expansion has more than {LargestPage} codes: ask for a page with count and offset.", null))
            : new TerminologyAnswer.Found(
                TerminologyWriter.Expansion(url, ValueSet(url), page, matches.Count, time, filter, count, offset));
    }

    /// <summary>https://hl7.org/fhir/R4/valueset-operation-validate-code.html: Parameters with result, message and display.</summary>
    public TerminologyAnswer ValidateCode(string url, string? system, string code, string? display = null)
    {
        var membership = Contains(url, system, code);
        if (membership.IsMember is not { } isMember)
        {
            return new TerminologyAnswer.NotLoaded(membership.Missing!);
        }

        var known = system is null ? null : CodeSystem(system)?.Find(code);
        var isSaidRight = display is null || known?.Display is null
            || known.Designations.Append(known.Display)
                .Any(text => string.Equals(text.Trim(), display.Trim(), StringComparison.OrdinalIgnoreCase));
        var message = !isMember ? "The code is not in the value set."
            : isSaidRight ? null
            : "The code is in the value set, but its display is another one.";
        return new TerminologyAnswer.Found(TerminologyWriter.Validation(message is null, message, isMember ? known?.Display : null));
    }

    /// <summary>https://hl7.org/fhir/R4/codesystem-operation-lookup.html: Parameters with name, version, display, designations and
    /// properties.</summary>
    public TerminologyAnswer Lookup(string system, string code) => CodeSystem(system) switch
    {
        null => new TerminologyAnswer.NotLoaded(system),
        var loaded when loaded.Find(code) is { } concept => new TerminologyAnswer.Found(TerminologyWriter.Concept(loaded, concept)),
        { IsComplete: false } => new TerminologyAnswer.NotLoaded(system),
        _ => new TerminologyAnswer.Refused(Wrong("not-found", "The code system has no such code.", null)),
    };

    internal CodeSystemFacts? CodeSystem(string url) => codeSystems.GetValueOrDefault(url);

    internal ValueSetFacts? ValueSet(string url) => valueSets.GetValueOrDefault(url);

    /// <summary>The code system all of whose codes a value set has that is known by its URL only (CodeSystem.valueSet).</summary>
    internal CodeSystemFacts? WholeOf(string valueSet) => wholes.GetValueOrDefault(valueSet);

    private static bool Matches(ListedCode code, string[] words)
    {
        var text = StringFolding.Fold($"{code.Display} {code.Code}");
        return words.All(word => text.Contains(word, StringComparison.Ordinal));
    }

    private static Issue Wrong(string code, string rule, string? expression) => new(IssueSeverity.Error, code, rule, expression);

    private IReadOnlyList<Issue> Add(CodeSystemFacts system)
    {
        codeSystems[system.Url] = system;
        codeSystems[$"{system.Url}|{system.Version}"] = system;
        if (system.ValueSet is not null)
        {
            wholes[system.ValueSet] = system;
        }

        return [];
    }

    private IReadOnlyList<Issue> Add(ValueSetFacts? valueSet)
    {
        if (valueSet is null)
        {
            return [Wrong("not-supported", "A filter of the value set can't be evaluated, or its expansion is not whole.", "ValueSet")];
        }

        valueSets[valueSet.Url] = valueSet;
        valueSets[$"{valueSet.Url}|{valueSet.Version}"] = valueSet;
        return [];
    }
}
