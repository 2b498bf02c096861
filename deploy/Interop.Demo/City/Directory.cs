using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>The organisations, their places, people, services and endpoints: everything that is nobody's record.</summary>
internal static class Directory
{
    private static readonly (string Id, string Name, string Type, bool IsPart2, bool IsCovered)[] Organizations =
    [
        (Codes.CrisisProgram, "Sampleton Crisis Response", "crisis-program", false, true),
        (Codes.CityHospital, "Sampleton City Hospital", "hospital", false, true),
        (Codes.CityPolice, "Sampleton Police Department", "police", false, false),
        (Codes.FamilyServices, "Sampleton Family Services", "social-services", false, false),
        (Codes.DispatchCenter, "Sampleton Dispatch Center", "dispatch", false, false),
        (Codes.RecoveryClinic, "Newleaf Recovery Clinic", "sud-program", true, true),
        (Codes.Shelter, "Harbor Night Shelter", "shelter", false, false),
    ];

    private static readonly (string Id, string Organization, string Given, string Family, string Role)[] People =
    [
        ("clinician-1", Codes.CrisisProgram, "Orla", "Fieldmock", "Clinician"),
        ("medic-1", Codes.CrisisProgram, "Tamsin", "Gauzewell", "Emergency medical technician"),
        ("peer-1", Codes.CrisisProgram, "Ruben", "Beenthere", "Peer specialist"),
        ("navigator-1", Codes.CrisisProgram, "Nadja", "Followup", "Care navigator"),
        ("navigator-2", Codes.CrisisProgram, "Nils", "Knockagain", "Care navigator"),
        ("diverter-1", Codes.CrisisProgram, "Dana", "Headset", "Clinician in the dispatch centre"),
        ("physician-1", Codes.CityHospital, "Hugo", "Wardround", "Physician"),
        ("counsellor-1", Codes.RecoveryClinic, "Corin", "Newleaf", "Counsellor"),
        ("social-worker-1", Codes.FamilyServices, "Selma", "Caseload", "Social worker"),
        ("officer-1", Codes.CityPolice, "Olin", "Badgeworth", "Officer"),
    ];

    private static readonly (string Id, string Organization, string Name)[] Services =
    [
        ("emergency-department", Codes.CityHospital, "Emergency department"),
        ("outpatient-psychiatry", Codes.CityHospital, "Outpatient psychiatry"),
        ("housing-help", Codes.FamilyServices, "Housing help"),
        ("night-beds", Codes.Shelter, "Night beds"),
        ("outpatient-recovery", Codes.RecoveryClinic, "Outpatient recovery"),
        ("mobile-crisis", Codes.CrisisProgram, "Mobile crisis team"),
    ];

    public static CityBundle Bundle() => new(Codes.CrisisProgram,
    [
        .. Organizations.Select(it => Of("Organization", it.Id, json => json
            .Each("extension", Flags(it.IsPart2, it.IsCovered, it.Id), flag => json
                .Text("url", Codes.ExtensionUrl("organization-" + flag.Name)).Boolean("valueBoolean", flag.Value))
            .Identifier("urn:interop:agency", it.Id)
            .Boolean("active", true)
            .Concepts("type", Codes.Own("agency-type", it.Type))
            .Text("name", it.Name)
            .One("telecom", telecom => telecom.Text("system", "phone").Text("value", "555-0100")))),
        .. Organizations.Select(it => Of("Location", it.Id + "-site", json => json
            .Text("status", "active")
            .Text("name", it.Name)
            .Text("mode", "instance")
            .Object("address", address => address.Texts("line", "1 Invention Street").Text("city", "Sampleton").Text("state", "NC"))
            .Reference("managingOrganization", Codes.Organization(it.Id)))),
        .. Organizations.Select(it => Of("Endpoint", it.Id + "-fhir", json => json
            .Text("status", "active")
            .Coding("connectionType", new("http://terminology.hl7.org/CodeSystem/endpoint-connection-type", "hl7-fhir-rest"))
            .Reference("managingOrganization", Codes.Organization(it.Id))
            .Concepts("payloadType", new Code("http://terminology.hl7.org/CodeSystem/endpoint-payload-type", "any"))
            .Text("address", $"https://{it.Id}.example/fhir"))),
        .. People.Select(it => Of("Practitioner", it.Id, json => json
            .Identifier("urn:interop:staff", it.Id)
            .Boolean("active", true)
            .One("name", name => name.Text("family", it.Family).Texts("given", it.Given)))),
        .. People.Select(it => Of("PractitionerRole", it.Id + "-role", json => json
            .Boolean("active", true)
            .Reference("practitioner", "Practitioner/" + it.Id)
            .Reference("organization", Codes.Organization(it.Organization))
            .One("code", code => code.Text("text", it.Role))
            .References("location", $"Location/{it.Organization}-site"))),
        .. Services.Select(it => Of("HealthcareService", it.Id, json => json
            .Boolean("active", true)
            .Reference("providedBy", Codes.Organization(it.Organization))
            .References("location", $"Location/{it.Organization}-site")
            .Text("name", it.Name)
            .References("endpoint", $"Endpoint/{it.Organization}-fhir"))),
        .. Questionnaires.All(),
    ]);

    private static (string Name, bool Value)[] Flags(bool isPart2, bool isCovered, string id) =>
        [("part2-program", isPart2), ("covered-entity", isCovered), ("qsoa", id == Codes.CrisisProgram)];

    private static CityResource Of(string type, string id, Action<FhirWriter> body) => new(type, id, FhirWriter.Resource(type, id, body));
}
