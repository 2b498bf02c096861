namespace Interop.Demo;

/// <summary>One of the people and systems that the demo hands a token to.</summary>
public sealed record DemoCaller(string Name, string Organization, string[] Purposes, string[] Roles, string Scope)
{
    /// <summary>The custodian's office in the sandbox, where it records new agencies a second time.</summary>
    public static DemoCaller SandboxOffice { get; } =
        new("sandbox-office", "crisis-program", ["HOPERAT"], ["privacy-officer", "agency-administrator"], "system/*.cruds");

    /// <summary>The caller's client_id at the issuer.</summary>
    public string ClientId => $"demo-{Name}";

    public static IReadOnlyList<DemoCaller> All { get; } =
    [
        new("hospital", "city-hospital", ["TREAT"], ["clinician"], "system/*.cruds"),
        new("police", "city-police", ["OVRPS"], ["officer"], "system/*.rs crisis-summary"),
        new("social", "family-services", ["COC"], ["clinician"], "system/*.cruds"),
        new("navigator", "crisis-program", ["COC"], ["navigator"], "system/*.cruds"),
        new("dispatch", "dispatch-center", ["OVRPS"], ["dispatcher"],
            "system/*.rs system/QuestionnaireResponse.c system/ServiceRequest.c cad.write cad.read"),
        new("privacy", "crisis-program", ["HOPERAT"], ["privacy-officer", "agency-administrator"], "system/*.cruds client.manage"),
    ];
}
