using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using static Interop.Sharing.Tests.Consents.World;

namespace Interop.Sharing.Tests.Consents;

/// <summary>
/// The law's rows (docs/law.md) that this version decides, one positive and one negative vector each. What others rest on that this
/// version does not have (emergencies, court orders, researchers, parents) stays denied.
/// </summary>
public sealed class LawTests
{
    private const long Part2Record = Labels.Part2 | Labels.OpioidUd;

    private static readonly Dictionary<string, (string Result, Func<Tier> Holds, Tier Expected, Func<Tier> Fails,
        Tier Otherwise)> Rows = new(StringComparer.Ordinal)
    {
        ["L02"] = ("DENY", () => See([Given(Permit(labels: Labels.Bh))], Labels.PsyThpN), Tier.None,
            () => See([Given(Permit(labels: Labels.Bh))], Labels.Psy), Tier.Intermediate),
        ["L04"] = ("PERMIT", () => See([Given(Permit(labels: Labels.PsyThpN))], Labels.PsyThpN), Tier.Intermediate,
            () => See([Given(Permit(labels: Labels.PsyThpN | Labels.Psy))], Labels.PsyThpN), Tier.None),
        ["L06"] = ("PERMIT", () => See([], Labels.None), Tier.Basic, () => See([], Labels.None, purpose: "HMARKT"), Tier.None),
        ["L07"] = ("DENY", () => See([Given(Deny())], Labels.None), Tier.None, () => See([Given(Deny(actor: Social))], Labels.None),
            Tier.Basic),
        ["L09"] = ("PERMIT", () => See([Part2(Permit(labels: Labels.Sud))], Part2Record), Tier.Intermediate,
            () => See([Part2(Permit(labels: Labels.Sud, actor: Social))], Part2Record), Tier.None),
        ["L12"] = ("DENY", () => See([Part2(Permit(Tier.Basic, Labels.Sud, Police))], Part2Record, Police, "OVRPS"), Tier.None,
            () => See([Part2(Permit(Tier.Basic, Labels.Sud, Police))], Labels.None, Police, "OVRPS"), Tier.Basic),
        ["L13"] = ("DENY", () => See([], Part2Record), Tier.None, () => See([Part2(Permit(labels: Labels.Sud))], Part2Record),
            Tier.Intermediate),
        ["L14"] = ("DENY", () => See([Given(Permit(labels: Labels.Sud))], Part2Record), Tier.None,
            () => See([Part2(Permit(labels: Labels.Sud))], Part2Record), Tier.Intermediate),
        ["L15"] = ("DENY", () => See([Part2(Permit(labels: Labels.Sud | Labels.SudNote))], Labels.SudNote), Tier.None,
            () => See([Part2(Permit(labels: Labels.SudNote))], Labels.SudNote), Tier.Intermediate),
        ["L31"] = ("DENY", () => See([], Labels.None, Police), Tier.None, () => See([], Labels.None), Tier.Basic),
        ["L32"] = ("DENY", () => See([Given(Permit(Tier.Full, actor: Police))], Labels.None, Police), Tier.None,
            () => See([Given(Permit(Tier.Full, actor: Police))], Labels.None, Police, "OVRPS"), Tier.Basic),
        ["L38"] = ("PERMIT", () => See([], Labels.None, Social), Tier.Basic, () => See([Given(Deny(actor: Social))], Labels.None,
            Social), Tier.None),
        ["L39"] = ("PERMIT", () => See([Given(Permit(Tier.Full, actor: Social))], Labels.None, Social), Tier.Intermediate,
            () => See([Given(Permit(Tier.Full))], Labels.None, Social), Tier.Basic),
        ["L40"] = ("DENY", () => See([], Labels.None, Social), Tier.Basic, () => See([Given(Permit(actor: Social))], Labels.None,
            Social), Tier.Intermediate),
    };

    public static TheoryData<string> Ids => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_row_holds_under_its_condition_and_not_without_it(string id)
    {
        var row = Rows[id];

        Assert.Equal(row.Expected, row.Holds());
        Assert.Equal(row.Otherwise, row.Fails());
    }

    [Fact]
    public void The_rows_are_those_of_the_law_table()
    {
        var table = File.ReadLines(Path.Combine(Repository.Root, "docs", "law.md"))
            .Where(line => line.StartsWith("| L", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (Id: cells[1], Result: cells[4]));

        Assert.Equal(Rows.Select(row => (row.Key, row.Value.Result)).Order(), table.Order());
    }

    private static ConsentFacts Part2(ProvisionFacts root) => Given(root, part2: true);

    private static Tier See(ConsentFacts[] consents, long labels, string organization = Hospital, string purpose = "TREAT")
    {
        var agreement = Agreement(organization, cleared: Labels.All, purposes: ["TREAT", "OVRPS", "HMARKT"]);
        return TierOf(Patient([agreement], consents), labels, organization, purpose);
    }
}
