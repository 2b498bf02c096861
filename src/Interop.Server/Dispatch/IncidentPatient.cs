using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>What all messages together say of one patient; every part null for a placeholder.</summary>
/// <param name="Id">The person's <c>$id</c>; null while no message names a patient.</param>
internal sealed record IncidentPatient(
    string? Id,
    string? Given,
    string? Family,
    string? FullName,
    string? BirthDate,
    AdministrativeGender? Gender,
    IReadOnlyList<string> Telephones)
{
    /// <summary>
    /// Patients in the order in which the incident's history first names them. A part that a later message leaves out stays:
    /// leaving out is not taking back.
    /// </summary>
    public static IReadOnlyList<IncidentPatient> Of(IReadOnlyList<EidoMessage> ordered)
    {
        var patients = ordered
            .SelectMany(message => message.Persons.Where(person => person.IsPatient).OrderBy(person => person.Id, StringComparer.Ordinal))
            .GroupBy(person => person.Id)
            .Select(mentions => Merge(mentions.Key, [.. mentions]))
            .ToList();
        return patients.Count > 0 ? patients : [new(null, null, null, null, null, null, [])];
    }

    public static IEnumerable<Patient> Map(IncidentFacts facts) =>
        facts.Patients.Select((patient, index) => patient.Of(facts.Patient(index).Id, facts.Urn));

    public static bool IsDate(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    public static AdministrativeGender? GenderOf(string? code) => code switch
    {
        "M" => AdministrativeGender.Male,
        "F" => AdministrativeGender.Female,
        _ => null,
    };

    private static IncidentPatient Merge(string id, IReadOnlyList<EidoPerson> mentions)
    {
        string? Last(Func<EidoPerson, string?> part) => mentions.Select(part).LastOrDefault(value => value is not null);
        var birthDate = Last(person => person.BirthDate);
        return new(
            id,
            Last(person => person.Given),
            Last(person => person.Family),
            Last(person => person.FullName),
            IsDate(birthDate) ? birthDate : null,
            GenderOf(Last(person => person.SexCode)),
            [.. mentions.SelectMany(person => person.Telephones)
                .Where(uri => uri.StartsWith("tel:", StringComparison.Ordinal) && uri.Length > 4)
                .Select(uri => uri[4..])
                .Distinct()
                .Order(StringComparer.Ordinal)]);
    }

    private Patient Of(string id, string incident) => new()
    {
        Id = id,
        Identifier = [new("urn:interop:incident-person", Id ?? incident)],
        Active = true,
        Name = (Given ?? Family ?? FullName) is null
            ? []
            : [new() { Use = HumanName.NameUse.Usual, Text = FullName, Family = Family, Given = Given is null ? [] : [Given] }],
        Telecom = [.. Telephones.Select(number => new ContactPoint { System = ContactPoint.ContactPointSystem.Phone, Value = number })],
        Gender = Gender,
        BirthDate = BirthDate,
    };
}
