namespace Interop.Demo.City;

/// <summary>The states in which a consent of the city can be.</summary>
internal enum ConsentKind
{
    HospitalBasic,
    HospitalIntermediate,
    HospitalFull,
    FamilyServicesIntermediate,
    HospitalDenied,
    Expired,
    Revoked,
    Draft,
    Rejected,

    /// <summary>Full, but nothing about HIV and substance use.</summary>
    LabelLimited,
    Part2Valid,

    /// <summary>Lacks one of the elements of 42 CFR 2.31(a).</summary>
    Part2Deficient,

    /// <summary>Uses what the server does not evaluate.</summary>
    Indeterminate,

    /// <summary>The police may have the basic facts on scene.</summary>
    PoliceSummary,
}
