using System.Text.Json;

namespace Interop.Sharing.Policy;

/// <summary>Roles, legal ceilings by agency type, purposes and known consent policies (profiles/sharing/roles.json).</summary>
internal sealed class RoleTable
{
    public Dictionary<string, RoleRule> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>The types that a role which administers keeps: agreements and directory, nothing about a patient.</summary>
    public IReadOnlyList<string> Administered { get; private set; } = [];

    public Tier[] Agencies { get; } = new Tier[Enum.GetValues<AgencyType>().Length];

    public Dictionary<string, Tier> SummaryPurposes { get; } = new(StringComparer.Ordinal);

    public HashSet<string> DefaultPurposes { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>Types that an individual reads of her own record.</summary>
    public IReadOnlyList<string> IndividualReads { get; private set; } = [];

    /// <summary>Types that an individual adds to her own record, each with letters of <c>cruds</c>.</summary>
    public Dictionary<string, string> IndividualWrites { get; } = new(StringComparer.Ordinal);

    /// <summary>Who may break the glass, and what that opens.</summary>
    public EmergencyRule Emergency { get; private set; } = new(Tier.None, 0, new(StringComparer.Ordinal), []);

    /// <summary>
    /// What may be told to who can prevent a serious and imminent threat (45 CFR 164.512(j)): types, and labels that are cleared.
    /// </summary>
    public (IReadOnlySet<string> Types, long Cleared) Threat { get; private set; } = (new HashSet<string>(), Labels.None);

    public static RoleTable Load(JsonElement json, List<string> problems)
    {
        var table = new RoleTable();
        foreach (var role in json.GetProperty("roles").EnumerateObject())
        {
            var except = LabelTable.LabelsOf(role.Value.GetProperty("except"), $"roles.json: role {role.Name}", problems);
            var drafts = IsTrue(role.Value, "drafts") ? Labels.None : Labels.Draft;
            table.Roles[role.Name] = new(
                TierOf(role.Value.GetProperty("tier"), $"role {role.Name}", problems),
                Labels.All & ~except & ~drafts,
                IsTrue(role.Value, "administers"),
                TypesOf(role.Value, "records"),
                TypesOf(role.Value, "reads"),
                IsTrue(role.Value, "limited"));
        }

        table.Administered = [.. json.GetProperty("administered").EnumerateArray().Select(type => type.GetString()!)];

        var individual = json.GetProperty("individual");
        table.IndividualReads = [.. individual.GetProperty("reads").EnumerateArray().Select(type => type.GetString()!)];
        foreach (var type in individual.GetProperty("writes").EnumerateObject())
        {
            table.IndividualWrites[type.Name] = type.Value.GetString()!;
        }

        foreach (var agency in json.GetProperty("agencies").EnumerateObject())
        {
            if (ParseAgency(agency.Name) is var type && type != AgencyType.Unknown)
            {
                table.Agencies[(int)type] = TierOf(agency.Value, $"agency type {agency.Name}", problems);
            }
            else
            {
                problems.Add($"roles.json: unknown agency type {agency.Name}");
            }
        }

        foreach (var purpose in json.GetProperty("summaryPurposes").EnumerateObject())
        {
            table.SummaryPurposes[purpose.Name] = TierOf(purpose.Value, $"purpose {purpose.Name}", problems);
        }

        table.DefaultPurposes.UnionWith(json.GetProperty("defaultPurposes").EnumerateArray().Select(value => value.GetString()!));
        table.Emergency = EmergencyOf(json.GetProperty("emergency"), table, problems);
        table.Threat = ThreatOf(json.GetProperty("threat"), problems);
        table.Policies.UnionWith(json.GetProperty("policies").EnumerateArray().Select(value => value.GetString()!));
        return table;
    }

    /// <summary>The agency type of a code such as <c>social-services</c>.</summary>
    public static AgencyType ParseAgency(string? code) => code switch
    {
        "crisis-program" => AgencyType.CrisisProgram,
        "hospital" => AgencyType.Hospital,
        "police" => AgencyType.Police,
        "social-services" => AgencyType.SocialServices,
        "dispatch" => AgencyType.Dispatch,
        "sud-program" => AgencyType.SudProgram,
        "shelter" => AgencyType.Shelter,
        "provider" => AgencyType.Provider,
        _ => AgencyType.Unknown,
    };

    private static EmergencyRule EmergencyOf(JsonElement json, RoleTable table, List<string> problems)
    {
        var roles = json.GetProperty("roles").EnumerateObject()
            .ToDictionary(role => role.Name, role => role.Value.GetString() == "medical", StringComparer.Ordinal);
        problems.AddRange(
            roles.Keys.Where(role => !table.Roles.ContainsKey(role)).Select(role => $"roles.json: emergency: unknown role {role}"));
        var agencies = json.GetProperty("agencies").EnumerateArray().Select(type => ParseAgency(type.GetString())).ToHashSet();
        if (agencies.Overlaps([AgencyType.Unknown, AgencyType.Police, AgencyType.Dispatch]))
        {
            problems.Add("roles.json: emergency: an agency type that is not known, or that never breaks the glass");
        }

        return new(TierOf(json.GetProperty("tier"), "emergency", problems), json.GetProperty("minutes").GetInt32(), roles, agencies);
    }

    private static (IReadOnlySet<string> Types, long Cleared) ThreatOf(JsonElement json, List<string> problems)
    {
        var cleared = LabelTable.LabelsOf(json.GetProperty("cleared"), "roles.json: threat", problems);
        if ((cleared & (Labels.NamedOnly | Labels.Part2 | Labels.SubstanceUse)) != 0)
        {
            problems.Add("roles.json: threat: 42 CFR 2.51 and 45 CFR 164.508 let no threat open this label");
        }

        return (json.GetProperty("types").EnumerateArray().Select(type => type.GetString()!).ToHashSet(StringComparer.Ordinal), cleared);
    }

    private static bool IsTrue(JsonElement role, string name) =>
        role.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static IReadOnlyList<string> TypesOf(JsonElement role, string name) =>
        role.TryGetProperty(name, out var types) ? [.. types.EnumerateArray().Select(type => type.GetString()!)] : [];

    private static Tier TierOf(JsonElement json, string where, List<string> problems)
    {
        if (Enum.TryParse<Tier>(json.GetString(), ignoreCase: true, out var tier))
        {
            return tier;
        }

        problems.Add($"roles.json: {where}: unknown tier");
        return Tier.None;
    }
}

/// <summary>What a role may see of its own organisation's records.</summary>
/// <param name="Administers">Whether it keeps its organisation's agreements and directory, whatever else it may see.</param>
/// <param name="Records">Types of which it adds to the record though it does not keep it.</param>
/// <param name="Reads">Types of which it reads what concerns no patient, whatever its tier.</param>
/// <param name="IsLimited">Whether persons are shown to it in a limited data set alone.</param>
internal sealed record RoleRule(
    Tier Tier, long Cleared, bool Administers, IReadOnlyList<string> Records, IReadOnlyList<string> Reads, bool IsLimited);

/// <summary>Breaking the glass.</summary>
/// <param name="Minutes">How long it lasts.</param>
/// <param name="Roles">Roles that may, each with whether it is of medical personnel (42 CFR 2.51).</param>
/// <param name="Agencies">For agencies of these types.</param>
internal sealed record EmergencyRule(Tier Tier, int Minutes, Dictionary<string, bool> Roles, HashSet<AgencyType> Agencies);
