namespace Interop.Sharing.Consents;

/// <summary>What an organisation has to do with a person: it decides how what is open to it may be come by.</summary>
internal enum Standing : byte
{
    /// <summary>Nothing but an agreement with the custodian.</summary>
    Agreement,

    /// <summary>A referral of the person that is not over.</summary>
    Referral,

    /// <summary>An open incident or case, or the person's consent.</summary>
    Case,
}
