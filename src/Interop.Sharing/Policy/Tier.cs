namespace Interop.Sharing.Policy;

/// <summary>How much of a patient's record a requester may see. Each tier contains the ones below it.</summary>
public enum Tier : byte
{
    None = 0,

    /// <summary>Demographics and risk.</summary>
    Basic = 1,

    /// <summary>Diagnosis and treatment history, with consent.</summary>
    Intermediate = 2,

    /// <summary>The complete record of an ongoing case.</summary>
    Full = 3,

    /// <summary>The custodian organisation's staff at work on their own record.</summary>
    Own = 4,
}

/// <summary>The lowest tier at which something appears to anyone, and to a party; 4 (own) when to nobody else.</summary>
public readonly record struct TierPair(byte Anyone, byte Party);

/// <summary>The codes of the tiers that an agreement or a consent may name.</summary>
internal static class TierCodes
{
    public const string System = "https://interop.example/fhir/CodeSystem/sharing-tier";

    public static Tier? Parse(string? code) => code switch
    {
        "basic" => Tier.Basic,
        "intermediate" => Tier.Intermediate,
        "full" => Tier.Full,
        _ => null,
    };
}
