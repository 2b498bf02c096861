using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Specification.Snapshot;
using Hl7.Fhir.Specification.Source;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Interop.Fhir.Tests.Profiles;

/// <summary>
/// Our profiles load elsewhere: Firely's generator makes a snapshot of each from its differential, whose elements it wants in the order of
/// the base definition (https://hl7.org/fhir/R4/elementdefinition.html#interpretation). The bases are R4's own definitions.
/// </summary>
public sealed class SnapshotTests
{
    public static TheoryData<string> Profiles => [.. CrisisProfiles.Definitions().Select(file => Path.GetFileName(file)!)];

    [ExamplesTheory]
    [MemberData(nameof(Profiles))]
    public async Task Every_profile_has_a_snapshot_without_an_issue(string name)
    {
        var file = CrisisProfiles.Definitions().Single(file => Path.GetFileName(file) == name);
        var (profile, outcome) = await SnapshotOfAsync(await File.ReadAllTextAsync(file));

        Assert.Empty(outcome?.Issue.Select(issue => $"{issue.Details?.Text} {string.Join(' ', issue.Location)}") ?? []);
        Assert.True(profile.Snapshot!.Element.Count > profile.Differential!.Element.Count);
    }

    [ExamplesFact]
    public async Task An_element_that_stands_before_its_base_order_is_an_issue()
    {
        const string Misordered = """
            {"resourceType":"StructureDefinition","url":"https://example.org/misordered","name":"M","status":"draft","kind":"resource",
            "abstract":false,"type":"Consent",
             "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Consent","derivation":"constraint","differential":{"element":[
             {"id":"Consent","path":"Consent"},
             {"id":"Consent.provision.purpose","path":"Consent.provision.purpose","min":1},{"id":"Consent.provision.securityLabel",
             "path":"Consent.provision.securityLabel","mustSupport":true}]}}
            """;

        var (_, outcome) = await SnapshotOfAsync(Misordered);

        Assert.NotEmpty(outcome!.Issue);
    }

    private static async Task<(StructureDefinition Profile, OperationOutcome? Outcome)> SnapshotOfAsync(string json)
    {
        var profile = Definitions.Parse(json);
        var generator = new SnapshotGenerator(new CachedResolver(Definitions.Official.Value));
        await generator.UpdateAsync(profile);
        return (profile, generator.Outcome);
    }

    /// <summary>R4's definitions and our own, read by Firely when the generator asks for one.</summary>
    private sealed class Definitions : IAsyncResourceResolver
    {
        public static readonly Lazy<Definitions> Official = new(Read);

        private readonly Dictionary<string, string> texts = [];

        public static StructureDefinition Parse(string json) => FhirJsonDeserializer.RECOVERABLE.Deserialize<StructureDefinition>(json);

        public Task<Resource?> ResolveByUriAsync(string uri) => ResolveByCanonicalUriAsync(uri);

        public Task<Resource?> ResolveByCanonicalUriAsync(string uri) =>
            Task.FromResult<Resource?>(texts.TryGetValue(uri.Split('|')[0], out var text) ? Parse(text) : null);

        private static Definitions Read()
        {
            var definitions = new Definitions();
            foreach (var name in new[] { "Bundle-types.json", "Bundle-resources.json" })
            {
                using var document = JsonDocument.Parse(Examples.Read(name));
                foreach (var entry in document.RootElement.GetProperty("entry").EnumerateArray())
                {
                    definitions.Add(entry.GetProperty("resource"));
                }
            }

            foreach (var file in CrisisProfiles.Definitions())
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                definitions.Add(document.RootElement);
            }

            return definitions;
        }

        private void Add(JsonElement resource)
        {
            if (resource.GetProperty("resourceType").GetString() == "StructureDefinition")
            {
                texts[resource.GetProperty("url").GetString()!] = resource.GetRawText();
            }
        }
    }
}
