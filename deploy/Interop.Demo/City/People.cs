using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>The person: demographics, home, next of kin.</summary>
internal static class People
{
    private static readonly (string Language, int Weight)[] Languages = [("en", 78), ("es", 16), ("fr", 2), ("ar", 2), ("vi", 2)];

    private static readonly (string? Text, int Weight)[] Races =
        [("White", 40), ("Black or African American", 36), ("Asian", 6), ("Other Race", 8), (null, 10)];

    /// <summary>Adds the Patient, the home and for some a RelatedPerson; returns the home's reference.</summary>
    public static string Write(Chart chart)
    {
        var dice = chart.Dice;
        var plan = chart.Plan;
        var street = $"{dice.Between(1, 180)} {dice.Pick(Names.Streets)}";
        var isHomeless = !plan.IsNamed && dice.Chance(30);
        var (language, friend, race) = (dice.Weighted(Languages), dice.Pick(Names.Friends), dice.Weighted(Races));
        var phone = $"555-01{dice.Below(100):D2}";
        (string System, string Value, string Type)[] identifiers =
            [("urn:interop:case", $"CASE-{plan.Number:D5}", "agency-case"), ("urn:interop:record", $"R{plan.Number + 70_000}", "record")];
        chart.Add(Codes.CrisisProgram, "Patient", plan.PatientId, json => json
            .Each("extension", race is null ? Array.Empty<string>() : [race], text => WriteRace(json, text))
            .Each("identifier", identifiers, it => json
                .Concept("type", Codes.Own("identifier-type", it.Type))
                .Text("system", it.System)
                .Text("value", it.Value))
            .Boolean("active", true)
            .One("name", name => name.Text("use", "official").Text("family", plan.Family).Texts("given", plan.Given))
            .One("telecom", telecom => telecom.Text("system", "phone").Text("value", phone).Text("use", "mobile"))
            .Text("gender", plan.Gender)
            .Text("birthDate", plan.BirthDate)
            .One("address", address => address
                .Text("use", isHomeless ? "temp" : "home")
                .Texts("line", isHomeless ? "Harbor Night Shelter" : street)
                .Text("city", "Sampleton").Text("state", "NC").Text("postalCode", "00000"))
            .Concept("maritalStatus", new("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", dice.Pick(["S", "M", "D", "W"])))
            .One("contact", contact => contact
                .Concepts("relationship", new Code("http://terminology.hl7.org/CodeSystem/v2-0131", "N"))
                .Object("name", name => name.Text("text", friend))
                .One("telecom", telecom => telecom.Text("system", "phone").Text("value", "555-0199")))
            .One("communication", communication => communication
                .Concept("language", new("urn:ietf:bcp:47", language))
                .Boolean("preferred", true))
            .References("generalPractitioner", Codes.Organization(Codes.CityHospital))
            .Reference("managingOrganization", Codes.Organization(Codes.CrisisProgram)));
        if (plan.IsNamed || dice.Chance(25))
        {
            WriteRelative(chart, friend);
        }

        return chart.Add(Codes.CrisisProgram, "Location", json => json
            .One("extension", subject => subject
                .Text("url", Codes.ExtensionUrl("location-subject"))
                .Reference("valueReference", chart.Patient))
            .Text("status", "active")
            .Text("name", "Home")
            .Text("mode", "instance")
            .Object("address", address => address.Texts("line", street).Text("city", "Sampleton").Text("state", "NC")));
    }

    private static void WriteRelative(Chart chart, string friend) =>
        chart.Add(Codes.CrisisProgram, "RelatedPerson", json => json
            .Boolean("active", true)
            .Reference("patient", chart.Patient)
            .Concepts("relationship", new Code("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FRND"))
            .One("name", name => name.Text("text", friend))
            .One("telecom", telecom => telecom.Text("system", "phone").Text("value", "555-0199")));

    private static void WriteRace(FhirWriter json, string text) =>
        json.One("extension", part => part.Text("url", "text").Text("valueString", text))
            .Text("url", "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race");
}
