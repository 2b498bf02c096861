using System.Text;
using Firely.Fhir.Validation;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification.Source;
using Hl7.Fhir.Specification.Terminology;
using Interop.Demo.City;
using Interop.Fhir.Validation;
using Interop.Server.Settings;

namespace Interop.Server.Tests.Conformance;

/// <summary>
/// Firely's validator is an oracle: what one of the two refuses, the other refuses too, or the reason why not stands here. Of breaches,
/// each of which must be named at its place, tell the mutations in Interop.Fhir.Tests.
/// </summary>
public sealed class FirelyValidatorTests
{
    private const int LargestExample = 20_000;

    private static readonly Lazy<Validator> Firely = new(() =>
    {
        var own = new DirectorySource(Path.Combine(Repository.Root, "profiles", "crisis"));
        var all = new CachedResolver(
            new SnapshotSource(new MultiResolver(own, ZipSource.CreateValidationSource()), regenerate: false));
        return new(all, new LocalTerminologyService(all), null, new ValidationSettings());
    });

    /// <summary>One resource of each type and profile.</summary>
    private static readonly IReadOnlyList<CityResource> City =
        [.. CityGenerator.Generate(11, new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero), persons: 24)
            .SelectMany(bundle => bundle.Resources)
            .GroupBy(resource => (resource.Type, Profiles(resource.Json)))
            .Select(same => same.First())];

    /// <summary>How an issue of Firely's begins that is none of ours, and why.</summary>
    private static readonly Dictionary<string, string> OnlyTheirs = new(StringComparer.Ordinal)
    {
        ["Canonical URLs must be absolute"] = "R4's own examples break it in a dozen types: we take them",
        ["Extension used outside of appropriate contexts"] = "we say it of extensions whose definition a site loads",
        ["Unable to resolve reference to extension"] = "what is not known is not wrong, and leaves for nobody but the custodian",
        ["Instance failed constraint ref-1"] = "a reference that is a display alone is not to a contained resource",
        ["Instance failed constraint ras-2"] = "no probability is no probability above 100",
        ["string 'urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311'"] = "RFC 4122 section 3: letters of either case come in",
        ["string 'http:////acme.com"] = "RFC 3986 section 3.3 knows empty segments",
    };

    /// <summary>How an issue of ours begins that is none of Firely's, and why.</summary>
    private static readonly Dictionary<string, string> OnlyOurs = new(StringComparer.Ordinal)
    {
        ["This reference may point at"] = "the type that a literal reference names is not one of the element's targets",
        ["Attachment.hash: the SHA-1"] = "the hash must be that of the data",
    };

    [ExamplesFact]
    public void Official_examples_of_the_citys_types_are_judged_alike()
    {
        var examples = Examples.Files(smallerThan: LargestExample).GroupBy(file => Path.GetFileName(file).Split('-', '.')[0])
            .Where(group => City.Any(resource => resource.Type == group.Key))
            .SelectMany(group => group.Take(3))
            .ToList();

        Assert.InRange(examples.Count, 50, int.MaxValue);
        NoneOf(examples.SelectMany(file => Differences(Path.GetFileName(file), File.ReadAllBytes(file))));
    }

    [Fact]
    public void What_the_city_holds_is_valid_for_both()
    {
        Assert.InRange(City.Count, 25, int.MaxValue);
        NoneOf(City.SelectMany(resource => Differences($"{resource.Type}/{resource.Id}", resource.Json)));
    }

    [Theory]
    [InlineData("Consent-intermediate.json")]
    [InlineData("Contract-hospital-agreement.json")]
    public void The_examples_of_our_profiles_are_valid_for_both(string name) => NoneOf(
        Differences(name, File.ReadAllBytes(Path.Combine(Repository.Root, "profiles", "crisis", "examples", name))));

    private static void NoneOf(IEnumerable<string> differences)
    {
        var all = differences.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static string Profiles(byte[] resource) => string.Join(' ', Parse(resource).Meta?.Profile ?? []);

    private static Resource Parse(byte[] resource) =>
        FhirJsonDeserializer.RECOVERABLE.Deserialize<Resource>(Encoding.UTF8.GetString(resource));

    private static IEnumerable<string> Differences(string name, byte[] resource)
    {
        var ours = CrisisProfiles.Profiles.Validate(resource, options: ValidationOptions.Thorough)
            .Where(issue => issue.Severity <= IssueSeverity.Error).Select(issue => $"{issue.Diagnostics} {issue.Expression}").ToList();
        var theirs = Theirs(resource);
        return theirs.Count > 0 && ours.Count > 0 ? []
            : [.. Unknown(theirs, OnlyTheirs, $"{name}, Firely alone: "), .. Unknown(ours, OnlyOurs, $"{name}, we alone: ")];
    }

    private static IEnumerable<string> Unknown(List<string> issues, Dictionary<string, string> known, string prefix) => issues
        .Where(issue => !known.Keys.Any(beginning => issue.StartsWith(beginning, StringComparison.Ordinal)))
        .Select(issue => prefix + issue);

    private static List<string> Theirs(byte[] resource)
    {
        try
        {
            var parsed = FhirJsonDeserializer.STRICT.Deserialize<Resource>(Encoding.UTF8.GetString(resource));
            return [.. Firely.Value.Validate(parsed, null).Issue
                .Where(issue => issue.Severity is OperationOutcome.IssueSeverity.Error or OperationOutcome.IssueSeverity.Fatal)
                .Select(issue => $"{issue.Details?.Text} {string.Join(' ', issue.Expression)}")];
        }
        catch (DeserializationFailedException refused)
        {
            return [.. refused.Exceptions.Select(problem => problem.Message)];
        }
    }
}
