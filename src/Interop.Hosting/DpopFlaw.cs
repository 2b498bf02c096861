namespace Interop.Hosting;

/// <summary>Why a DPoP proof does not hold, in the order in which it is looked at (RFC 9449 section 4.3).</summary>
public enum DpopFlaw
{
    /// <summary>None, several, or one of more than 8,000 characters.</summary>
    NotOneHeader,
    NotJwt,
    NoKey,
    OtherType,

    /// <summary>Symmetric, private, or of another algorithm.</summary>
    UnsuitableKey,
    Signature,

    /// <summary>Not the one that the token is bound to.</summary>
    OtherKey,

    /// <summary>A claim is not of its JSON type.</summary>
    MalformedClaims,
    OtherMethod,
    OtherAddress,
    NotNow,
    OtherToken,
    NoId,
}
