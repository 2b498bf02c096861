using System.Text.Json;
using Interop.Fhir.References;
using Interop.Fhir.Schema;

namespace Interop.Sharing.Policy;

/// <summary>The tables that sharing decides by: tiers, labels and roles, checked against R4 when loaded.</summary>
public sealed class SharingPolicy
{
    private static readonly Lazy<SharingPolicy> Embedded =
        new(() => Load(Resource("tiers"), Resource("labels"), Resource("roles"), Resource("minors")));

    private static readonly Lazy<IReadOnlySet<string>> Summaries =
        new(() => Default.Roles.SummaryPurposes.Keys.ToHashSet(StringComparer.Ordinal));

    private static readonly string[] CareRoots = ["TREAT", "HPAYMT", "HOPERAT"];

    private SharingPolicy(TierTable tiers, LabelTable labels, RoleTable roles, MinorTable minors) =>
        (Tiers, LabelRules, Roles, Minors) = (tiers, labels, roles, minors);

    /// <summary>The policy that is compiled in from profiles/sharing.</summary>
    public static SharingPolicy Default => Embedded.Value;

    /// <summary>Purposes that only a computed summary may use, never an ordinary read (v3-ActReason).</summary>
    public static IReadOnlySet<string> SummaryPurposes => Summaries.Value;

    /// <summary>Whether a purpose (v3-ActReason) is treatment, payment or health care operations (45 CFR 164.506).</summary>
    public static bool IsOfCare(string purpose) => CareRoots.Any(root => Purposes.Covers(root, purpose));

    /// <summary>Version of the label rules: a resource judged by another must be judged again.</summary>
    public string LabelVersion => LabelRules.Version;

    /// <summary>Version of the tier table: a resource judged by another must be judged again.</summary>
    public string TierVersion => Tiers.Version;

    /// <summary>How long a broken glass lasts.</summary>
    public TimeSpan EmergencyLasts => TimeSpan.FromMinutes(Roles.Emergency.Minutes);

    /// <summary>Whether the role may break the glass: null for no, else whether it is of medical personnel.</summary>
    public bool? EmergencyRole(string role) => Roles.Emergency.Roles.TryGetValue(role, out var isMedical) ? isMedical : null;

    /// <summary>What is kept from those who speak for a minor.</summary>
    public MinorTable Minors { get; }

    /// <summary>Types that an individual reads of her own record.</summary>
    public IReadOnlyList<string> IndividualReads => Roles.IndividualReads;

    /// <summary>Types that an individual adds to her own record, each with letters of SMART's <c>cruds</c>.</summary>
    public IReadOnlyDictionary<string, string> IndividualWrites => Roles.IndividualWrites;

    /// <summary>
    /// Whether the roles are those of somebody who is shown persons only in a limited data set, and nothing else: one role more, and that
    /// one decides. Roles that are not known give nothing.
    /// </summary>
    public bool IsEvaluator(IReadOnlyList<string> roles)
    {
        var known = roles.Where(Roles.Roles.ContainsKey).ToList();
        return known.Count > 0 && known.TrueForAll(role => Roles.Roles[role].IsLimited);
    }

    internal TierTable Tiers { get; }

    internal LabelTable LabelRules { get; }

    internal RoleTable Roles { get; }

    /// <summary>The purposes for which an agreement gives something to everybody: those of treating somebody.</summary>
    public IReadOnlySet<string> TreatmentPurposes => Roles.DefaultPurposes;

    /// <summary>Reads the tables (UTF-8 JSON as in profiles/sharing); throws <see cref="PolicyException"/> listing all problems.</summary>
    public static SharingPolicy Load(
        ReadOnlyMemory<byte> tiers, ReadOnlyMemory<byte> labels, ReadOnlyMemory<byte> roles, ReadOnlyMemory<byte> minors)
    {
        var problems = new List<string>();
        var tierTable = Read(tiers, "tiers.json", problems, json => TierTable.Load(json, FhirFacts.R4, problems));
        var labelTable = Read(labels, "labels.json", problems, json => LabelTable.Load(json, problems));
        var roleTable = Read(roles, "roles.json", problems, json => RoleTable.Load(json, problems));
        var minorTable = Read(minors, "minors.json", problems, json => MinorTable.Load(json, problems));
        return problems.Count == 0
            ? new(tierTable!, labelTable!, roleTable!, minorTable!)
            : throw new PolicyException([.. problems.Distinct()]);
    }

    /// <summary>Whether the type is directory data: no patient, basic for whoever has an agreement.</summary>
    public bool IsDirectory(string type) => Tiers.Find(type)?.Kind == TypeKind.Directory;

    /// <summary>
    /// The types of a patient's resources that are basic to anyone, each with how open it is where an agreement says nothing else, in the
    /// order of their names.
    /// </summary>
    public IReadOnlyDictionary<string, Openness> Alone => Tiers.Alone;

    /// <summary>What sharing must know of what a reference of a resource of this type points at.</summary>
    public ReferenceNeed NeedOf(string type, ReferencePlace place) => ReferenceNeeds.Of(Tiers[type], place);

    /// <summary>
    /// Whether agencies of this type treat people, so that the law lets them have what they need for it without the person's written word
    /// (45 CFR 164.506(c)(2)): those that may have the whole record.
    /// </summary>
    public bool Treats(AgencyType type) => Roles.Agencies[(int)type] == Tier.Full;

    /// <summary>
    /// What of a custodian's record may be told to who can prevent a serious and imminent threat (45 CFR 164.512(j)(1)(i)): what is basic,
    /// of the types of the table, without the labels that it does not clear.
    /// </summary>
    /// <param name="instant">UTC microseconds.</param>
    public Sight SightOfThreat(string custodian, long instant) =>
        new(custodian, null, [], instant, Tier.Basic, Roles.Threat.Cleared, Directory: false, Roles.Threat.Types);

    /// <summary>The sight of one request.</summary>
    /// <param name="roles">Roles in the token; an unknown one gives nothing.</param>
    /// <param name="instant">UTC microseconds.</param>
    /// <param name="isCustodian">Whether the organisation keeps records of its own here.</param>
    /// <param name="hasAgreement">Whether an agreement in force names it as grantee.</param>
    /// <param name="types">Types that the scopes open; null for all.</param>
    /// <param name="forSummary">Whether a computed summary asks: only then do the summary purposes count.</param>
    public Sight SightOf(
        string organization,
        string? practitioner,
        IReadOnlyList<string> purposes,
        IReadOnlyList<string> roles,
        long instant,
        bool isCustodian,
        bool hasAgreement,
        IReadOnlySet<string>? types,
        bool forSummary = false)
    {
        var tier = Tier.None;
        var cleared = Labels.None;
        foreach (var role in isCustodian ? roles : [])
        {
            // The strongest role counts, not a mixture: what one role must not read, another must not read at its tier for it.
            if (Roles.Roles.TryGetValue(role, out var rule) && rule.Tier != Tier.None
                && (rule.Tier > tier || (rule.Tier == tier && (rule.Cleared | cleared) == rule.Cleared)))
            {
                (tier, cleared) = (rule.Tier, rule.Cleared);
            }
        }

        // What was granted to an evaluator's agency is for who works on a case.
        var isEvaluator = IsEvaluator(roles);
        var usable = forSummary && !isEvaluator
            ? purposes
            : [.. purposes.Where(purpose => !isEvaluator && !Roles.SummaryPurposes.ContainsKey(purpose))];
        var administers = isCustodian && roles.Any(role => Roles.Roles.TryGetValue(role, out var rule) && rule.Administers);
        return new(organization, practitioner, usable, instant, tier, cleared, isCustodian || hasAgreement, types)
        {
            Keeps = administers ? Roles.Administered : [],
            Records = TypesOf(rule => rule.Records),
            Reads = TypesOf(rule => rule.Reads),
        };

        IReadOnlyList<string> TypesOf(Func<RoleRule, IReadOnlyList<string>> types) => isCustodian
            ? [.. roles.SelectMany(role => Roles.Roles.TryGetValue(role, out var rule) ? types(rule) : []).Distinct()]
            : [];
    }

    private static T? Read<T>(ReadOnlyMemory<byte> utf8, string name, List<string> problems, Func<JsonElement, T> load)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return load(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            problems.Add($"{name}: {exception.Message}");
            return null;
        }
    }

    internal static byte[] Resource(string name)
    {
        using var stream = typeof(SharingPolicy).Assembly.GetManifestResourceStream($"Interop.Sharing.{name}.json")
            ?? throw new PolicyException([$"{name}.json is not part of the program"]);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
