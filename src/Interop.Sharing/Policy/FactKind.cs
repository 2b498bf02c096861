namespace Interop.Sharing.Policy;

/// <summary>What a place in a resource tells about sharing.</summary>
[Flags]
internal enum FactKind : byte
{
    None = 0,
    Subject = 1,
    Party = 2,
    Inherit = 4,

    /// <summary>Codings here are security labels.</summary>
    Security = 8,

    /// <summary>A questionnaire's canonical.</summary>
    Instrument = 16,

    /// <summary>A status that may say entered-in-error.</summary>
    Status = 32,
}
