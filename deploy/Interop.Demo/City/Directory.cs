using Hl7.Fhir.Model;
using Interop.Demo.City.Records;
using Endpoint = Hl7.Fhir.Model.Endpoint;

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
        ("calltaker-1", Codes.CrisisProgram, "Dara", "Lineworth", "Call-taker"),
        ("physician-1", Codes.CityHospital, "Hugo", "Wardround", "Physician"),
        ("counsellor-1", Codes.RecoveryClinic, "Corin", "Newleaf", "Counsellor"),
        ("social-worker-1", Codes.FamilyServices, "Selma", "Caseload", "Social worker"),
        ("officer-1", Codes.CityPolice, "Olin", "Badgeworth", "Officer"),
        ("privacy-1", Codes.CrisisProgram, "Prisca", "Keepwell", "Privacy officer"),
        ("administrator-1", Codes.CityHospital, "Adela", "Signwell", "Agency administrator"),
        ("evaluator-1", Codes.CrisisProgram, "Edda", "Countwell", "Evaluator"),
        ("manager-1", Codes.CrisisProgram, "Magda", "Runwell", "Programme manager"),
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

    private const string CapacityStatus =
        "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-ExtensionHealthcareServiceCapacityStatus";

    private const string CapacityCodes = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    /// <summary>What some houses said last of whether there is room.</summary>
    private static readonly Dictionary<string, string> Rooms = new()
    {
        ["emergency-department"] = "capacity", ["outpatient-psychiatry"] = "no-capacity", ["housing-help"] = "capacity",
        ["night-beds"] = "waitlist",
    };

    /// <summary>The custodian's first; services are kept by who offers them, and so a house says itself whether it has room.</summary>
    public static IEnumerable<CityBundle> Bundles(DateTimeOffset now) =>
    [
        Common(now),
        .. Services.GroupBy(it => it.Organization).Select(house => new CityBundle(
            house.Key, [.. house.Select(it => CityResource.Of(Service(it.Id, it.Organization, it.Name)))])),
    ];

    private static CityBundle Common(DateTimeOffset now) => new(Codes.CrisisProgram,
    [
        .. new IEnumerable<Resource>[]
        {
            Organizations.Select(it => Agency(it.Id, it.Name, it.Type, it.IsPart2, it.IsCovered)),
            Organizations.Select((it, number) => Site(it.Id, it.Name, number)),
            Organizations.Select(it => System(it.Id)),
            People.Select(it => Person(it.Id, it.Given, it.Family)),
            People.Select(it => Role(it.Id, it.Organization, it.Role)),
            Team.Of(now),
            Questionnaires.All(),
        }.SelectMany(some => some).Select(CityResource.Of),
    ]);

    private static Organization Agency(string id, string name, string type, bool isPart2, bool isCovered) => new()
    {
        Id = id,
        Extension =
        [
            new(Codes.ExtensionUrl("organization-part2-program"), new FhirBoolean(isPart2)),
            new(Codes.ExtensionUrl("organization-covered-entity"), new FhirBoolean(isCovered)),
            new(Codes.ExtensionUrl("organization-qsoa"), new FhirBoolean(id == Codes.CrisisProgram)),
        ],
        Identifier = [new("urn:interop:agency", id)],
        Active = true,
        Type = [Codes.Concept("agency-type", type)],
        Name = name,
        Telecom = [new() { System = ContactPoint.ContactPointSystem.Phone, Value = "555-0100" }],
    };

    private static Location Site(string organization, string name, int number) => new()
    {
        Id = organization + "-site",
        Status = Location.LocationStatus.Active,
        Name = name,
        Mode = Location.LocationMode.Instance,
        Position = new() { Latitude = 35.90m + (0.01m * number), Longitude = -78.90m - (0.01m * number) },
        Address = new() { Line = [$"{1 + number} Invention Street"], City = "Sampleton", State = "NC" },
        ManagingOrganization = Codes.Organization(organization),
    };

    private static Endpoint System(string organization) => new()
    {
        Id = organization + "-fhir",
        Status = Endpoint.EndpointStatus.Active,
        ConnectionType = new("http://terminology.hl7.org/CodeSystem/endpoint-connection-type", "hl7-fhir-rest"),
        ManagingOrganization = Codes.Organization(organization),
        PayloadType = [new("http://terminology.hl7.org/CodeSystem/endpoint-payload-type", "any")],
        Address = $"https://{organization}.example/fhir",
    };

    private static Practitioner Person(string id, string given, string family) => new()
    {
        Id = id,
        Identifier = [new("urn:interop:staff", id)],
        Active = true,
        Name = [new() { Family = family, Given = [given] }],
    };

    private static PractitionerRole Role(string practitioner, string organization, string role) => new()
    {
        Id = practitioner + "-role",
        Active = true,
        Practitioner = new("Practitioner/" + practitioner),
        Organization = Codes.Organization(organization),
        Code = [new() { Text = role }],
        Location = [new($"Location/{organization}-site")],
    };

    private static HealthcareService Service(string id, string organization, string name) => new()
    {
        Id = id,
        Active = true,
        ProvidedBy = Codes.Organization(organization),
        Location = [new($"Location/{organization}-site")],
        Name = name,
        Telecom = [new() { System = ContactPoint.ContactPointSystem.Phone, Value = "555-0100" }],
        Extension = Rooms.TryGetValue(id, out var room)
            ?
            [
                new()
                {
                    Url = CapacityStatus,
                    Extension = [new("capacityStatus", new CodeableConcept(CapacityCodes, room))],
                },
            ]
            : [],
        Endpoint = [new($"Endpoint/{organization}-fhir")],
    };
}
