namespace Interop.Sharing.Consents;

/// <summary>An organisation works on an open case of the patient in [From, To), UTC microseconds.</summary>
public readonly record struct CaseFact(string Patient, string Organization, long From, long To);
