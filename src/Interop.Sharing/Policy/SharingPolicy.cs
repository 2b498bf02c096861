namespace Interop.Sharing.Policy;

/// <summary>The tables that sharing decides by: tiers, labels and roles, checked against R4 when loaded.</summary>
public sealed class SharingPolicy
{
    /// <summary>Purposes that only a computed summary may use, never an ordinary read (v3-ActReason).</summary>
    public static IReadOnlySet<string> SummaryPurposes { get; } = new HashSet<string>(StringComparer.Ordinal) { "OVRPS" };

    /// <summary>The policy that is compiled in from profiles/sharing.</summary>
    public static SharingPolicy Default => throw new NotImplementedException();

    /// <summary>Version of the label rules: a resource judged by another must be judged again.</summary>
    public string LabelVersion => throw new NotImplementedException();

    /// <summary>Version of the tier table: a resource judged by another must be judged again.</summary>
    public string TierVersion => throw new NotImplementedException();

    /// <summary>Reads the tables (UTF-8 JSON as in profiles/sharing); throws <see cref="PolicyException"/> listing all problems.</summary>
    public static SharingPolicy Load(ReadOnlyMemory<byte> tiers, ReadOnlyMemory<byte> labels, ReadOnlyMemory<byte> roles) =>
        throw new NotImplementedException();

    /// <summary>Whether the type is directory data: no patient, basic for whoever has an agreement.</summary>
    public bool IsDirectory(string type) => throw new NotImplementedException();

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
        bool forSummary = false) => throw new NotImplementedException();
}
