using Interop.Fhir.Json;
using Interop.Fhir.Search.Index;
using Interop.Fhir.Validation;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>What must hold for the views of every official example; the table is read once more, by other means.</summary>
public sealed class ExampleViewTests
{
    private static readonly Tier[] Tiers = [Tier.Basic, Tier.Intermediate, Tier.Full];

    [ExamplesFact]
    public void Views_hold_only_listed_elements_grow_with_the_tier_and_are_valid()
    {
        var failures = new List<string>();
        foreach (var (name, body) in Shareable())
        {
            foreach (var party in (bool[])[false, true])
            {
                Check(name, body, party, failures);
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
    }

    [ExamplesFact]
    public void Index_tiers_are_those_at_which_a_view_has_the_entry()
    {
        var failures = new List<string>();
        foreach (var (name, body) in Shareable())
        {
            var judged = Desk.Judge(body);
            if (judged.Tiers.Anyone == 4 && judged.Tiers.Party == 4)
            {
                continue;
            }

            var self = judged.Parties is [var only] ? only : string.Empty; // whom a projection that names the caller can name
            foreach (var (tier, party) in Tiers.SelectMany(tier => (IEnumerable<(Tier, bool)>)[(tier, false), (tier, true)]))
            {
                var indexed = judged.Entries.Where(entry => (party ? entry.Tiers.Party : entry.Tiers.Anyone) <= (byte)tier)
                    .Select(entry => entry.Entry).ToHashSet();
                var whole = EntriesOf(body, tier, party, references: true, self);
                var bare = judged.Requires.Count > 0 ? whole : EntriesOf(body, tier, party, references: false, self);
                if (!indexed.IsSubsetOf(whole))
                {
                    failures.Add($"{name} {tier} {party}: {indexed.First(entry => !whole.Contains(entry))} is in no view");
                }

                if (indexed.FirstOrDefault(entry => entry is not ReferenceEntry && !bare.Contains(entry)) is { } hanging)
                {
                    failures.Add($"{name} {tier} {party}: {hanging} hangs on a reference");
                }

                if (bare.FirstOrDefault(entry => !indexed.Contains(entry)) is { } missing)
                {
                    failures.Add($"{name} {tier} {party}: {missing} is not in the index");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
    }

    private static IEnumerable<(string Name, byte[] Body)> Shareable() => Examples.Files(smallerThan: 100_000)
        .Select(file => (Name: Path.GetFileName(file), Body: File.ReadAllBytes(file)))
        .Where(example => ResourceJson.ReadHeader(example.Body) is { Type: { } type, Id: not null }
            && SharingPolicy.Default.Tiers.Find(type) is { Kind: not TypeKind.Own }
            && ResourceValidator.Validate(example.Body).All(issue => issue.Severity > IssueSeverity.Error));

    private static HashSet<IndexEntry> EntriesOf(byte[] body, Tier tier, bool party, bool references, string self) =>
        Desk.View(body, tier, party, references, self) is { } view
            ? [.. Desk.Extractor.Extract(view.Body).Where(entry => entry.Parameter is not ("_lastUpdated" or "_security"))]
            : [];

    private static void Check(string name, byte[] body, bool party, List<string> failures)
    {
        var original = Leaves.Of(body).Select(leaf => leaf.Value).ToHashSet(StringComparer.Ordinal);
        HashSet<(string, string)> lower = [];
        foreach (var tier in Tiers)
        {
            if (Desk.View(body, tier, party) is not { } view)
            {
                if (lower.Count > 0)
                {
                    failures.Add($"{name} {tier}: seen below and not here");
                }

                continue;
            }

            var leaves = Leaves.Of(view.Body).Where(leaf => !leaf.Path.StartsWith("meta.", StringComparison.Ordinal)).ToList();
            failures.AddRange(leaves.Where(leaf => !Table.Lists(Desk.KeyOf(body).Type, leaf.Path, tier,
                party)).Select(leaf => $"{name} {tier}: {leaf.Path} is not listed"));
            failures.AddRange(leaves.Where(leaf => !leaf.Path.EndsWith("reference",
                StringComparison.Ordinal) && leaf.Path is not "id" && !original.Contains(leaf.Value))
                .Select(leaf => $"{name} {tier}: {leaf.Path} is no value of the resource"));
            failures.AddRange(lower.Where(leaf => !leaves.Contains(leaf)).Select(leaf => $"{name} {tier}: {leaf.Item1} was visible below"));
            // By structure only: an invariant may ask for an element that the tier withholds, as ppc-1 for a consent's policy.
            failures.AddRange(
                ResourceValidator.Validate(view.Body, ValidationOptions.StructureOnly).Where(issue => issue.Severity <= IssueSeverity.Error)
                    .Select(issue => $"{name} {tier}: {issue.Expression} {issue.Diagnostics}"));
            lower = [.. leaves];
        }
    }
}
