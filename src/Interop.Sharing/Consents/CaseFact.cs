namespace Interop.Sharing.Consents;

/// <summary>An organisation works on an open case of the patient in [From, To), UTC microseconds.</summary>
/// <param name="IsReferral">Whether there is no case yet: somebody was asked to take one on.</param>
public readonly record struct CaseFact(string Patient, string Organization, long From, long To, bool IsReferral = false);
