using FsCheck.Xunit;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

/// <summary>Over random agreements, consents, cases, labels and instants: rows say what the oracle says, and less is never more.</summary>
/// <remarks>FsCheck draws an int from between minus and plus its size, which is 100 unless told.</remarks>
[Properties(EndSize = 1_000_000, QuietOnSuccess = true)]
public sealed class GrantPropertyTests
{
    private static readonly string[] Purposes = ["TREAT", "COC", "CAREMGT", "OVRPS", "HPAYMT"];
    private static readonly string[] Types = [.. SharingPolicy.Default.Alone.Keys, "Task"];
    private static readonly string[] Grantees = [Hospital, Police, Social];

    [Property(MaxTest = 4000)]
    public void Compiled_rows_say_what_the_oracle_says_at_every_instant(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var rows = GrantCompiler.Compile(patient);
        var defaults = GrantCompiler.Defaults(patient.Partners);
        for (var round = 0; round < 12; round++)
        {
            var sight = RandomSight(random);
            var labels = RandomLabels(random);
            var (type, isListing) = (Pick(random, Types), random.Next(2) == 0);
            Assert.Equal(
                Decider.Decide(sight, patient, Resource(labels, type: type), isListing: isListing).Tier,
                Join(rows, defaults, sight, labels, type, isListing));
        }
    }

    [Property(MaxTest = 2000)]
    public void Adding_a_deny_never_enlarges(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var deny = Given(RandomNode(random, 0, permit: false), "added", policy: "added");
        Never(random, patient, patient with { Consents = [.. patient.Consents, deny] });
    }

    [Property(MaxTest = 1000)]
    public void An_indeterminate_consent_never_enlarges(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var unclear = Given(RandomNode(random, 1, permit: true), "added", policy: "added", indeterminate: ["provision.class"]);
        Never(random, patient, patient with { Consents = [.. patient.Consents, unclear] });
    }

    [Property(MaxTest = 1000)]
    public void What_others_wrote_changes_nothing_readable_or_not(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var foreign = RandomConsent(random) with
        {
            Source = Pick(random, Grantees),
            Controllers = Pick<string[]>(random, [[Source], [Hospital, Source], []]),
            Indeterminate = Pick<string[]>(random, [[], ["organization"], ["status"], ["patient", "provision.actor"]]),
        };
        var rows = GrantCompiler.Compile(patient).ToHashSet();
        Assert.True(rows.SetEquals(GrantCompiler.Compile(patient with { Consents = [foreign, .. patient.Consents] })));
    }

    [Property(MaxTest = 2000)]
    public void Removing_an_agreement_a_permit_or_a_case_never_enlarges(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var agreements = patient.Partners.Agreements;
        Never(random, patient, patient with { Partners = patient.Partners with { Agreements = [.. agreements.Skip(1)] } });
        Never(random, patient, patient with { Cases = [.. patient.Cases.Skip(1)] });
    }

    [Property(MaxTest = 2000)]
    public void Adding_a_label_or_taking_a_purpose_away_never_enlarges(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var sight = RandomSight(random);
        var labels = RandomLabels(random);
        var tier = Decider.Decide(sight, patient, Resource(labels)).Tier;
        Assert.True(Decider.Decide(sight, patient, Resource(labels | RandomLabels(random))).Tier <= tier);
        Assert.True(Decider.Decide(sight with { Purposes = [.. sight.Purposes.Skip(1)] }, patient, Resource(labels)).Tier <= tier);
    }

    [Property(MaxTest = 2000)]
    public void A_level_beside_a_list_of_sensitivities_adds_R_at_most(int seed)
    {
        var random = new Random(seed);
        var (listed, level, labels) = (1L << random.Next(23), random.Next(1, 7), RandomLabels(random));
        var withoutR = labels & ~Labels.Restricted;
        Tier See(int confidentiality, long resource) => TierOf(
            Patient([Agreement(cleared: Labels.All)], [Given(Permit(labels: listed, confidentiality: confidentiality))]), resource);
        Assert.True(See(level, labels) >= See(0, labels));
        Assert.Equal(See(0, withoutR), See(level, withoutR));
    }

    [Property(MaxTest = 1000)]
    public void No_consent_lifts_a_ceiling(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var sight = RandomSight(random);
        var ceiling = patient.Partners.Agreements
            .Where(agreement => agreement.Grantee == sight.Organization && agreement.InForceAt(sight.Instant))
            .Select(agreement => agreement.Ceiling).DefaultIfEmpty(Tier.None).Max();
        Assert.True(Decider.Decide(sight, patient, Resource()).Tier <= ceiling);
    }

    [Property(MaxTest = 2000)]
    public void Listing_finds_no_more_than_naming_and_what_is_closed_is_found_by_neither(int seed)
    {
        var random = new Random(seed);
        var patient = RandomPatient(random);
        var sight = RandomSight(random);
        var resource = Resource(RandomLabels(random), type: Pick(random, Types));
        var named = Decider.Decide(sight, patient, resource).Tier;
        Assert.True(Decider.Decide(sight, patient, resource, isListing: true).Tier <= named);

        var closed = patient.Partners.Agreements.Select(agreement => agreement with
        {
            Opens = Types.ToDictionary(type => type, _ => Openness.Closed),
        });
        Assert.True(Decider.Decide(sight, patient with { Partners = patient.Partners with { Agreements = [.. closed] } }, resource).Tier
            <= named);
    }

    private static void Never(Random random, PatientFacts before, PatientFacts after)
    {
        for (var round = 0; round < 8; round++)
        {
            var sight = RandomSight(random);
            var resource = Resource(RandomLabels(random), type: Pick(random, Types));
            var isListing = random.Next(2) == 0;
            Assert.True(Decider.Decide(sight, after, resource, isListing: isListing).Tier
                <= Decider.Decide(sight, before, resource, isListing: isListing).Tier);
        }
    }

    // What a statement does with the rows.
    private static Tier Join(
        IReadOnlyList<GrantRow> rows, IReadOnlyList<GrantRow> defaults, Sight sight, long labels, string type, bool isListing)
    {
        var own = rows.Where(row => row.Grantee == sight.Organization && row.Source == Source).ToList();
        return (own.Count > 0 ? own : defaults)
            .Where(row => row.Grantee == sight.Organization && row.Source == Source && sight.Purposes.Contains(row.Purpose))
            .Where(row => row.From <= sight.Instant && sight.Instant < row.To && (labels & ~row.Cleared) == 0)
            .Where(row => !row.Closed.Contains(type, isListing))
            .Select(row => row.Tier).DefaultIfEmpty(Tier.None).Max();
    }

    private static PatientFacts RandomPatient(Random random) => Patient(
        [.. Many(random, 4, () => Agreement(
            Pick(random, Grantees), (Tier)random.Next(1, 4), RandomClearance(random), [.. Purposes.Where(_ => random.Next(3) > 0)],
                RandomInstant(random) - 4 * Day, RandomInstant(random) + 4 * Day) with { Opens = RandomOpenings(random) })],
        [.. Many(random, 4, () => RandomConsent(random))],
        [.. Many(random, 3, () => RandomInstant(random) is var from ? Case(Pick(random, Grantees), from,
            random.Next(2) == 0 ? long.MaxValue : from + 3 * Day, isReferral: random.Next(2) == 0) : default)]);

    private static Dictionary<string, Openness> RandomOpenings(Random random) =>
        Types.Where(_ => random.Next(4) == 0).ToDictionary(type => type, _ => (Openness)random.Next(3));

    private static ConsentFacts RandomConsent(Random random) => Given(
        RandomNode(random, 2, null),
        $"c{random.Next(1000)}",
        Pick(random, [ConsentState.Active, ConsentState.Active, ConsentState.Active, ConsentState.Ended, ConsentState.NotInEffect]),
        random.Next(5),
        random.Next(8) == 0 ? ["provision.class"] : null,
        random.Next(2) == 0,
        $"p{random.Next(2)}");

    private static ProvisionFacts RandomNode(Random random, int depth, bool? permit)
    {
        var node = Node(random, depth, permit);
        return node with { NamesActors = node.Actors.Count > 0 };
    }

    private static ProvisionFacts Node(Random random, int depth, bool? permit) => new(
        permit ?? random.Next(3) > 0,
        random.Next(3) == 0 ? RandomInstant(random) : 0,
        random.Next(3) == 0 ? RandomInstant(random) + 2 * Day : long.MaxValue,
        random.Next(3) == 0 ? [] : [Pick(random, Grantees)],
        true,
        false,
        random.Next(2) == 0 ? [] : [Pick(random, Purposes)],
        random.Next(10) > 0,
        random.Next(3) == 0 ? null : (Tier)random.Next(1, 4),
        random.Next(2) == 0 ? 0 : RandomLabels(random),
        random.Next(4) == 0 ? random.Next(1, 7) : 0,
        depth == 0 ? [] : [.. Many(random, 2, () => RandomNode(random, depth - 1, null))]);

    private static Sight RandomSight(Random random) =>
        Sight(Pick(random, Grantees), [.. Many(random, 3, () => Pick(random, Purposes))], RandomInstant(random));

    private static long RandomInstant(Random random) => Now + random.Next(-6, 7) * Day + random.Next(-1, 2);

    private static long RandomLabels(Random random) =>
        random.Next(4) == 0 ? 0 : (1L << random.Next(27)) | (random.Next(3) == 0 ? 1L << random.Next(27) : 0);

    private static long RandomClearance(Random random) =>
        random.NextInt64() & random.NextInt64() | (random.Next(2) == 0 ? Labels.All : 0) & Labels.All;

    private static IEnumerable<T> Many<T>(Random random, int most, Func<T> make) => Enumerable.Range(0,
        random.Next(most + 1)).Select(_ => make());

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];
}
