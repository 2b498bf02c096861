using Hl7.Fhir.Model;

namespace Interop.Demo.City;

/// <summary>The person: demographics, home, next of kin.</summary>
internal static class People
{
    private static readonly (string Language, int Weight)[] Languages = [("en", 78), ("es", 16), ("fr", 2), ("ar", 2), ("vi", 2)];

    private static readonly (string? Text, int Weight)[] Races =
        [("White", 40), ("Black or African American", 36), ("Asian", 6), ("Other Race", 8), (null, 10)];

    /// <summary>The OMB categories of US Core; it has none for another race.</summary>
    private static readonly Dictionary<string, string> Categories =
        new() { ["White"] = "2106-3", ["Black or African American"] = "2054-5", ["Asian"] = "2028-9" };

    /// <summary>Adds the Patient, the home and for some a RelatedPerson; returns the home's reference.</summary>
    public static string Write(Chart chart)
    {
        var dice = chart.Dice;
        var plan = chart.Plan;
        var street = $"{dice.Between(1, 180)} {dice.Pick(Names.Streets)}";
        var isHomeless = !plan.IsNamed && dice.Chance(30);
        var (language, friend, race) = (dice.Weighted(Languages), dice.Pick(Names.Friends), dice.Weighted(Races));
        var phone = $"555-01{dice.Below(100):D2}";
        chart.Add(Codes.CrisisProgram, plan.PatientId, () => new Patient
        {
            Extension =
            [
                .. race is null ? Array.Empty<Extension>() :
                [
                    new()
                    {
                        Url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                        Extension =
                        [
                            .. Categories.TryGetValue(race, out var category)
                                ? [new Extension("ombCategory", new Coding("urn:oid:2.16.840.1.113883.6.238", category))]
                                : Array.Empty<Extension>(),
                            new("text", new FhirString(race)),
                        ],
                    },
                ],
                .. SafeContact(plan),
            ],
            Identifier =
            [
                new("urn:interop:case", $"CASE-{plan.Number:D5}") { Type = Codes.Concept("identifier-type", "agency-case") },
                new("urn:interop:record", $"R{plan.Number + 70_000}") { Type = Codes.Concept("identifier-type", "record") },
            ],
            Active = true,
            Name = [new() { Use = HumanName.NameUse.Official, Family = plan.Family, Given = [plan.Given] }],
            Telecom = [Phone(phone, ContactPoint.ContactPointUse.Mobile)],
            Gender = plan.Gender,
            BirthDate = plan.BirthDate,
            Address =
            [
                new()
                {
                    Use = isHomeless ? Address.AddressUse.Temp : Address.AddressUse.Home,
                    Line = [isHomeless ? "Harbor Night Shelter" : street],
                    City = "Sampleton",
                    District = Names.Districts[plan.Number % Names.Districts.Length],
                    State = "NC",
                    PostalCode = "00000",
                },
            ],
            MaritalStatus = new("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", dice.Pick(["S", "M", "D", "W"])),
            Contact =
            [
                new()
                {
                    Relationship = [new("http://terminology.hl7.org/CodeSystem/v2-0131", "N")],
                    Name = new() { Text = friend },
                    Telecom = [Phone("555-0199")],
                },
            ],
            Communication = [new() { Language = new("urn:ietf:bcp:47", language), Preferred = true }],
            GeneralPractitioner = [Codes.Organization(Codes.CityHospital)],
            ManagingOrganization = Codes.Organization(Codes.CrisisProgram),
        });
        if (plan.IsNamed || dice.Chance(25))
        {
            WriteRelative(chart, friend);
        }

        return chart.Add(Codes.CrisisProgram, () => new Location
        {
            Extension = [new(Codes.ExtensionUrl("location-subject"), chart.Patient)],
            Status = Location.LocationStatus.Active,
            Name = "Home",
            Mode = Location.LocationMode.Instance,
            Address = new() { Line = [street], City = "Sampleton", State = "NC" },
        });
    }

    /// <summary>Two of those who were met lately may not be called as others are.</summary>
    private static IEnumerable<Extension> SafeContact(PersonPlan plan) => plan.Number switch
    {
        5 => [Rule("safe-number", new Extension("telecom", Phone("555-0177")))],
        17 => [Rule("never-call")],
        29 => [Rule("must-not-hear", new Extension("person", new FhirString("The brother")))],
        _ => [],
    };

    private static Extension Rule(string rule, params Extension[] more) => new()
    {
        Url = Codes.ExtensionUrl("safe-contact"), Extension = [new("rule", new Code(rule)), .. more],
    };

    private static void WriteRelative(Chart chart, string friend) => chart.Add(Codes.CrisisProgram, () => new RelatedPerson
    {
        Active = true,
        Patient = chart.Patient,
        Relationship = [new("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FRND")],
        Name = [new() { Text = friend }],
        Telecom = [Phone("555-0199")],
    });

    private static ContactPoint Phone(string number, ContactPoint.ContactPointUse? use = null) =>
        new() { System = ContactPoint.ContactPointSystem.Phone, Value = number, Use = use };
}
