namespace Interop.Demo;

/// <summary>Somebody with an account, whom a button of the sign-in page signs in.</summary>
/// <param name="Work">What the person does, in a sentence.</param>
/// <param name="Practitioner">The <c>fhirUser</c>: id of a Practitioner.</param>
public sealed record DemoPerson(
    string UserName, string Name, string Work, string Organization, string Roles, string Purposes, string Practitioner)
{
    /// <summary>Who signed the reports of the past.</summary>
    public const string Manager = "manager";

    public static IReadOnlyList<DemoPerson> All { get; } =
    [
        new("dispatcher", "Dana Headset", "Dispatcher: answers calls, asks five questions, sends a team.",
            "crisis-program", "clinician dispatcher", "TREAT", "diverter-1"),
        new("calltaker", "Dara Lineworth", "Call-taker: answers calls and sends a team, and sees no more than that takes.",
            "crisis-program", "dispatcher", "TREAT", "calltaker-1"),
        new("field", "Orla Fieldmock", "Field clinician: with a person in crisis, on a phone.",
            "crisis-program", "clinician", "TREAT", "clinician-1"),
        new("officer", "Olin Badgeworth", "Police officer: on scene, and may ask one thing.",
            "city-police", "officer", "OVRPS", "officer-1"),
        new("hospital", "Hugo Wardround", "Hospital physician: answers referrals.", "city-hospital", "clinician", "TREAT", "physician-1"),
        new("navigator", "Nadja Followup", "Care navigator: calls people within 48 hours.",
            "crisis-program", "navigator", "COC", "navigator-1"),
        new("privacy", "Prisca Keepwell", "Privacy officer: who saw whom, and why.",
            "crisis-program", "privacy-officer", "HOPERAT", "privacy-1"),
        new("agency", "Adela Signwell", "Agency administrator of the hospital: agreement, systems, people.",
            "city-hospital", "agency-administrator", "COC", "administrator-1"),
        new("evaluator", "Edda Countwell", "Evaluator: whether the programme works, in figures and without names.",
            "crisis-program", "evaluator", "HOPERAT", "evaluator-1"),
        new(Manager, "Magda Runwell", "Programme manager: signs reports, keeps roster and trainings.",
            "crisis-program", "agency-administrator", "HOPERAT", "manager-1"),
    ];

    /// <summary>The agencies that have pages: name, scopes and purposes of their client.</summary>
    public static IReadOnlyList<(string Organization, string Name, string Scope, string[] Purposes)> Agencies { get; } =
    [
        ("crisis-program", "Sampleton Crisis Response", "user/*.cruds client.manage", ["TREAT", "COC", "HOPERAT"]),
        ("city-police", "Sampleton Police Department", "crisis-summary", ["OVRPS"]),
        ("city-hospital", "Sampleton City Hospital", "user/*.cruds client.manage", ["TREAT", "COC"]),
    ];

    public static string ClientOf(string organization) => $"pages-{organization}";
}
