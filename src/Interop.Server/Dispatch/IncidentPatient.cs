using System.Globalization;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>What all messages together say of one patient; every part null for a placeholder.</summary>
/// <param name="Id">The person's <c>$id</c>; null while no message names a patient.</param>
internal sealed record IncidentPatient(
    string? Id, string? Given, string? Family, string? FullName, string? BirthDate, string? Gender, IReadOnlyList<string> Telephones)
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

    public static IEnumerable<MappedResource> Map(IncidentFacts facts) =>
        facts.Patients.Select((patient, index) => IncidentFacts.Resource(facts.Patient(index), writer => patient.Write(writer, facts.Urn)));

    public static bool IsDate(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    public static string? GenderOf(string? code) => code switch { "M" => "male", "F" => "female", _ => null };

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

    private void Write(FhirWriter writer, string incident)
    {
        writer.Identifier("urn:interop:incident-person", Id ?? incident).Boolean("active", true);
        if ((Given ?? Family ?? FullName) is not null)
        {
            writer.One("name", name => name
                .Text("use", "usual")
                .Text("text", FullName)
                .Text("family", Family)
                .Texts("given", Given is null ? [] : [Given]));
        }

        writer.Each("telecom", Telephones, number => writer.Text("system", "phone").Text("value", number))
            .Text("gender", Gender)
            .Text("birthDate", BirthDate);
    }
}
