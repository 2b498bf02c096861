namespace Interop.Demo;

/// <summary>One of the people and systems that the demo hands a token to.</summary>
public sealed record DemoCaller(string Name, string Organization, string[] Purposes, string[] Roles, string Scope)
{
    public static IReadOnlyList<DemoCaller> All { get; } =
    [
        new("hospital", "city-hospital", ["TREAT"], ["clinician"], "system/*.cruds"),
        new("police", "city-police", ["OVRPS"], ["officer"], "system/*.rs crisis-summary"),
        new("social", "family-services", ["COC"], ["clinician"], "system/*.cruds"),
        new("navigator", "crisis-program", ["COC"], ["navigator"], "system/*.cruds"),
        new("dispatch", "dispatch-center", ["OVRPS"], ["dispatcher"], "system/*.rs cad.write"),
        new("privacy", "crisis-program", ["HOPERAT"], ["privacy-officer", "agency-administrator"], "system/*.cruds"),
    ];
}
