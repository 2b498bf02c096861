using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>Resources that have every element of their type: each listed element is in its view, and no other is.</summary>
public sealed class CompleteViewTests
{
    private static readonly Tier[] Tiers = [Tier.Basic, Tier.Intermediate, Tier.Full];

    private static readonly JsonElement Rules = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "profiles", "sharing", "tiers.json"))).RootElement.GetProperty("types");

    private static readonly IReadOnlyList<string> Names =
        [.. Fhir.Schema.FhirFacts.R4.ResourceTypes.Where(type => SharingPolicy.Default.Tiers.Find(type)!.Kind != TypeKind.Own)];

    public static TheoryData<string> Types => [.. Names];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_listed_element_is_in_its_view_and_no_other_is(string type)
    {
        foreach (var (tier, party) in Tiers.SelectMany(tier => (IEnumerable<(Tier, bool)>)[(tier, false), (tier, true)]))
        {
            var resource = Complete.Resource(type);
            Fulfil(type, resource, tier);
            var body = Complete.Bytes(resource);
            var all = Leaves.Of(body).Select(leaf => leaf.Path).Where(path => !IsOfReference(path)).ToHashSet(StringComparer.Ordinal);
            var expected = all.Where(path => Table.Lists(type, path, tier, party) && !IsNever(path)).Order(StringComparer.Ordinal).ToList();
            var view = Desk.View(body, tier, party, caller: "Consent.provision.actor.reference");
            var actual = view is null ? [] : Leaves.Of(view.Body).Select(leaf => leaf.Path)
                .Where(path => !path.StartsWith("meta.", StringComparison.Ordinal) && !IsOfReference(path) && !IsExtension(path))
                .Distinct().Order(StringComparer.Ordinal).ToList();

            Assert.Equal(view is null ? [] : expected, actual);
            Assert.Equal(Table.HasView(type, tier, party), view is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Of_extensions_only_those_leave_that_the_table_names_and_each_from_its_tier_on(string type)
    {
        var named = NamedExtensions(type).ToList();
        var conditional = ConditionalTiers(type);
        foreach (var (tier, party) in Tiers.SelectMany(tier => (IEnumerable<(Tier, bool)>)[(tier, false), (tier, true)]))
        {
            var resource = Complete.Resource(type);
            Fulfil(type, resource, tier);
            resource["extension"] = new JsonArray(
            [
                .. named.Select(extension => extension.Url).Append("https://example.org/of-nobody").Distinct()
                    .Select(url => new JsonObject { ["url"] = url, ["valueString"] = "x" }),
            ]);

            var view = Desk.View(Complete.Bytes(resource), tier, party, caller: "Consent.provision.actor.reference");

            var left = view is null || JsonNode.Parse(view.Body.Span)!["extension"] is not JsonArray extensions
                ? []
                : extensions.Select(extension => extension!["url"]!.GetValue<string>()).Order(StringComparer.Ordinal).ToList();
            IEnumerable<string> expected = view is null
                ? []
                : named.Where(extension => extension.From <= tier && (party || !extension.OfParty))
                    .Where(extension => extension.From == tier || !conditional.Contains(extension.From) || !conditional.Contains(tier))
                .Select(extension => extension.Url).Distinct().Order(StringComparer.Ordinal);
            Assert.Equal($"{tier} {party}: {string.Join(' ', expected)}", $"{tier} {party}: {string.Join(' ', left)}");
        }
    }

    [Fact]
    public void The_types_of_the_table_appear_first_at_the_tiers_that_the_policy_names()
    {
        var first = Names.ToLookup(type => Tiers.FirstOrDefault(tier => Table.HasView(type, tier, false)));

        Assert.Equal(
            ["CarePlan", "Encounter", "Endpoint", "Flag", "HealthcareService", "Location", "Observation", "Organization", "Patient",
                "Practitioner",
                "PractitionerRole", "Questionnaire", "QuestionnaireResponse", "RiskAssessment", "ServiceRequest"],
            first[Tier.Basic]);
        Assert.Equal(["Communication"], first[Tier.Full]);
        Assert.Equal(["Consent"], first[Tier.None]);
    }

    // A reference is judged whole: its own members have tests of their own.
    private static bool IsOfReference(string path) =>
        path.EndsWith(".display", StringComparison.Ordinal) || path.Contains(".identifier.",
            StringComparison.Ordinal) && !path.StartsWith("identifier", StringComparison.Ordinal)
        || path.EndsWith(".reference", StringComparison.Ordinal) || path.EndsWith("assigner.identifier.value", StringComparison.Ordinal);

    // One that the table names by its url is judged by that, in a test of its own.
    private static bool IsExtension(string path) => path.StartsWith("extension.", StringComparison.Ordinal);

    private static bool IsNever(string path) => path.Split('.') is var steps
        && (steps.Contains("extension") || steps[0] is "text" or "meta" or "implicitRules" || (steps.Length > 1 && steps[^1] == "id")
            || (steps.Length > 1 && steps.Contains("div")));

    private static IEnumerable<(Tier From, bool OfParty, string Url)> NamedExtensions(string type)
    {
        var rule = Rules.GetProperty(type);
        var sources = new List<(JsonElement Lists, bool OfParty)> { (rule, false) };
        if (rule.TryGetProperty("party", out var party))
        {
            sources.Add((party, true));
        }

        var named = from source in sources
                    from tier in Tiers
                    let name = tier.ToString().ToLowerInvariant()
                    where source.Lists.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
                    from item in source.Lists.GetProperty(name).EnumerateArray()
                    where item.ValueKind == JsonValueKind.Object && item.GetProperty("path").GetString() == "extension"
                    from url in item.GetProperty("where").GetProperty("url").EnumerateArray()
                    select (tier, source.OfParty, url.GetString()!);
        var full = rule.TryGetProperty("fullExtensions", out var urls)
            ? urls.EnumerateArray().Select(url => (Tier.Full, false, url.GetString()!))
            : [];
        return [.. named, .. full];
    }

    // Where two tiers ask something else of one element, what meets the higher one's condition is not what the lower one's is about.
    private static HashSet<Tier> ConditionalTiers(string type)
    {
        return Rules.GetProperty(type).TryGetProperty("when", out var when)
            ? [.. when.EnumerateObject().Select(entry => Enum.Parse<Tier>(entry.Name, ignoreCase: true))]
            : [];
    }

    // Makes the conditions of the table hold that a tier has; of one element those of a higher tier may ask for something else.
    private static void Fulfil(string type, JsonObject resource, Tier tier)
    {
        var rule = Rules.GetProperty(type);
        foreach (var source in rule.TryGetProperty("party", out var party) ? (JsonElement[])[rule, party] : [rule])
        {
            foreach (var item in source.EnumerateObject()
                .Where(list => list.Name is "basic" or "intermediate" && list.Value.ValueKind == JsonValueKind.Array)
                .SelectMany(list => list.Value.EnumerateArray()).Where(item => item.ValueKind == JsonValueKind.Object))
            {
                Apply(item.GetProperty("where"), At(resource, item.GetProperty("path").GetString()!.Split('.')));
            }
        }

        foreach (var condition in rule.TryGetProperty("when",
            out var when) ? when.EnumerateObject().Where(entry => Enum.Parse<Tier>(entry.Name, ignoreCase: true) <= tier)
                .SelectMany(entry => entry.Value.EnumerateArray()) : [])
        {
            Apply(condition, resource);
        }
    }

    private static void Apply(JsonElement condition, JsonNode target)
    {
        foreach (var term in condition.EnumerateObject())
        {
            var value = term.Value[0].GetString()!;
            var steps = term.Name == "$" ? [] : term.Name.Split('.');
            if (value == "$caller")
            {
                // The caller is the actor of the outermost provision, and so of those within it.
                target[steps[0]] = ((target.Parent?.Parent as JsonObject)?[steps[0]] ?? target[steps[0]])!.DeepClone();
                continue;
            }

            if (value.Contains('|', StringComparison.Ordinal))
            {
                var coding = At(target, steps);
                (coding["system"], coding["code"]) = (value.Split('|')[0], value.Split('|')[1].Replace("*", "any",
                    StringComparison.Ordinal));
            }
            else
            {
                At(target, steps[..^1])[steps[^1]] = value;
            }
        }
    }

    private static JsonNode At(JsonNode node, IEnumerable<string> steps) => steps.Aggregate(node, (current, step) =>
        current[step] is JsonArray array ? array[0]! : current[step]!);
}
