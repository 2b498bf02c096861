using System.Collections.Concurrent;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Terminology;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Profiles;

/// <summary>
/// The profiles and extension definitions that were loaded, and validation against them (https://hl7.org/fhir/R4/profiling.html). Load
/// first, then share between threads.
/// </summary>
/// <param name="terminology">Where the value sets of bindings are looked up.</param>
public sealed class ProfileSet(TerminologySet terminology)
{
    private const string Core = "http://hl7.org/fhir/StructureDefinition/";

    private readonly Dictionary<string, ProfileFacts> profiles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ElementRule> compiled = new(StringComparer.Ordinal);

    /// <summary>Canonical URLs of the loaded profiles of resource types, in alphabetical order.</summary>
    public IEnumerable<string> Urls =>
        profiles.Values.Where(profile => FhirFacts.R4.IsResourceType(profile.Type)).Select(profile => profile.Url).Distinct()
            .Order(StringComparer.Ordinal);

    internal TerminologySet Terminology { get; } = terminology;

    /// <summary>
    /// Adds a StructureDefinition in UTF-8 JSON that constrains a type; one with the same URL takes the place of an earlier one. Nothing is
    /// added where there are issues. The base profile may be loaded later, but before the first validation.
    /// </summary>
    public IReadOnlyList<Issue> Load(ReadOnlyMemory<byte> resource)
    {
        // The tape is kept, with the bytes that it points into: rules compare values with it.
        var text = (ReadOnlyMemory<byte>)ByteOrderMark.Skip(resource).ToArray();
        var issues = ResourceValidator.Validate(text, ValidationOptions.StructureOnly).Where(issue => issue.Severity <= IssueSeverity.Error)
            .ToList();
        if (issues.Count > 0)
        {
            return issues;
        }

        var source = new TapePlace(text, JsonTape.TryRead(text.Span, out _)!, 0);
        var rule = source.ChildText("resourceType"u8) != "StructureDefinition" ? "Only StructureDefinition can be loaded."
            : FhirFacts.R4.Type(source.ChildText("type"u8)!) is null ? "The profile's type is not one of R4."
            : source.Property("differential") is null && source.Property("snapshot") is null
                ? "The profile has neither differential nor snapshot."
            : null;
        if (rule is not null)
        {
            source.Tape.Dispose();
            return [new(IssueSeverity.Error, "not-supported", rule, null)];
        }

        var facts = ProfileReader.Facts(source);
        profiles[facts.Url] = facts;
        profiles[$"{facts.Url}|{facts.Version}"] = facts;
        compiled.Clear();
        return [];
    }

    public bool Has(string url) => profiles.ContainsKey(url);

    /// <summary>
    /// Everything wrong with a resource by R4's structure and, where that is sound, by profiles and the definitions of its extensions.
    /// Must-support elements that are absent are information; what could not be checked is a warning. Never throws on input.
    /// </summary>
    /// <param name="profileUrl">A loaded profile that the resource must follow; null for none.</param>
    /// <param name="declared">True to check those loaded profiles that <c>meta.profile</c> names too; others there are left alone.</param>
    public IReadOnlyList<Issue> Validate(ReadOnlyMemory<byte> utf8, string? profileUrl = null, bool declared = true,
        ValidationOptions? options = null)
    {
        var text = ByteOrderMark.Skip(utf8);
        var structure = ResourceValidator.Validate(text, options);
        if (structure.Any(issue => issue.Severity <= IssueSeverity.Error))
        {
            return structure;
        }

        using var tape = JsonTape.TryRead(text.Span, out _, Math.Max(options?.MaxDepth ?? 0, JsonTape.DefaultDepth));
        return [.. structure, .. Check(text, tape!, profileUrl, declared, (options ?? ValidationOptions.Default).MaxIssues)];
    }

    internal ProfileFacts? Find(string url) => profiles.GetValueOrDefault(url);

    internal bool HasExtensions => profiles.Values.Any(profile => profile.Type == "Extension");

    /// <summary>The rules of a profile on top of those of its base.</summary>
    internal ElementRule Rules(ProfileFacts profile) => compiled.GetOrAdd(profile.Url, _ => Compile(profile, []));

    /// <summary>The type of R4 whose definition this canonical URL names; null for profiles.</summary>
    internal static FhirType? CoreType(string url) =>
        url.StartsWith(Core, StringComparison.Ordinal) ? FhirFacts.R4.Type(url[Core.Length..]) : null;

    private ElementRule Compile(ProfileFacts profile, HashSet<string> open)
    {
        var isCore = profile.BaseUrl is null || CoreType(profile.BaseUrl) is not null;
        var above = !isCore && open.Add(profile.Url) ? Find(profile.BaseUrl!) : null;
        var hasDifferential = profile.Source.Property("differential") is not null;
        var hasSnapshot = profile.Source.Property("snapshot") is not null;
        var root = above is null ? new ElementRule(profile.Type) : Compile(above, open).Clone();
        var isDifference = hasDifferential && (isCore || above is not null || !hasSnapshot);
        ProfileReader.Read(profile.Source, isDifference ? "differential" : "snapshot", root);
        return root;
    }

    private List<Issue> Check(ReadOnlyMemory<byte> utf8, JsonTape tape, string? profileUrl, bool declared, int maxIssues)
    {
        var root = new TapePlace(utf8, tape, 0);
        var named = declared && root.Property("meta")?.Property("profile") is { } list
            ? list.Children().Where(item => item.Kind == TapeKind.String).Select(item => item.Text()).Where(Has)
            : [];
        var pass = new ProfilePass(this, utf8, tape, maxIssues);
        foreach (var url in (profileUrl is null ? named : named.Prepend(profileUrl)).Distinct().ToList())
        {
            if (Find(url) is { } profile)
            {
                pass.Resource(profile);
            }
            else if (CoreType(url) is { } type)
            {
                pass.CoreResource(type);
            }
            else
            {
                pass.Issues.Add(new(IssueSeverity.Error, "not-supported", "The profile is not loaded.", null));
            }
        }

        new ExtensionPass(pass).Run();
        return pass.Issues;
    }
}
