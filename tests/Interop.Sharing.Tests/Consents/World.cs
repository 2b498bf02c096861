using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Tests.Consents;

/// <summary>Small facts to decide about: a custodian, some agencies, and what a test says of them.</summary>
internal static class World
{
    public const string Source = "crisis";
    public const string Hospital = "hospital";
    public const string Police = "police";
    public const string Social = "social";
    public const long Day = 24 * 3_600_000_000L;
    public const long Now = 20_000 * Day;

    public static Dictionary<string, OrganizationFacts> Organizations { get; } = new(StringComparer.Ordinal)
    {
        [Source] = new(Source, true, AgencyType.CrisisProgram, false, true, false),
        [Hospital] = new(Hospital, true, AgencyType.Hospital, false, true, false),
        [Police] = new(Police, true, AgencyType.Police, false, false, false),
        [Social] = new(Social, true, AgencyType.SocialServices, false, false, false),
    };

    public static Agreement Agreement(
        string grantee = Hospital, Tier ceiling = Tier.Full, long cleared = Labels.All & ~Labels.NamedOnly, string[]? purposes = null,
            long from = 0, long to = long.MaxValue) =>
        new($"with-{grantee}", Source, grantee, ceiling, cleared, purposes
            ?? ["TREAT", "COC"], from, to, "2027-01-01", [], "executed", false,
            []);

    public static ProvisionFacts Permit(
        Tier? tier = Tier.Intermediate, long labels = 0, string actor = Hospital, string[]? purposes = null, int confidentiality = 0,
        ProvisionFacts[]? children = null) =>
        new(true, 0, long.MaxValue, [actor], true, false, purposes ?? [], true, tier, labels, confidentiality, children ?? []);

    public static ProvisionFacts Deny(
        Tier? tier = null, long labels = 0, string actor = Hospital, int confidentiality = 0, ProvisionFacts[]? children = null) =>
        new(false, 0, long.MaxValue, [actor], true, false, [], true, tier, labels, confidentiality, children ?? []);

    public static ConsentFacts Given(
        ProvisionFacts root, string id = "c", ConsentState state = ConsentState.Active, long given = 0, string[]? indeterminate = null,
        bool part2 = false, string policy = "p") =>
        new(id, 1, state, Source, "pat", [Source], given, given, policy, root, indeterminate ?? [], part2 ? [] : ["2.31(a)(8): missing"]);

    public static PatientFacts Patient(Agreement[] agreements, ConsentFacts[]? consents = null, CaseFact[]? cases = null) =>
        new("pat", consents ?? [], cases ?? [], new(agreements, Organizations));

    public static Sight Sight(string organization = Hospital, string[]? purposes = null, long instant = Now) =>
        new(organization, null, purposes ?? ["TREAT"], instant, Tier.None, 0, true, null);

    public static ResourceFacts Resource(
        long labels = 0, byte anyone = 1, byte party = 1, bool isParty = false, string type = "Patient") =>
        new(type, Source, labels, new(anyone, party), isParty, false);

    public static CaseFact Case(string organization = Hospital, long from = 0, long to = long.MaxValue, bool isReferral = false) =>
        new("pat", organization, from, to, isReferral);

    /// <summary>The highest tier at which a resource with the labels is seen.</summary>
    public static Tier TierOf(PatientFacts patient, long labels = 0, string organization = Hospital, string purpose = "TREAT",
        long instant = Now) =>
        Decider.Decide(Sight(organization, [purpose], instant), patient, Resource(labels)).Tier;
}
