using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

/// <summary>What city-hospital itself keeps, and the open case that lets it see a full record.</summary>
internal static class HospitalRecords
{
    private static readonly Coding EmergencyVisit = new(Codes.Snomed, "50849002", "Emergency department visit");

    public static void Write(Chart chart)
    {
        if (chart.Plan.HasHospitalCase)
        {
            WriteTeam(chart);
            WriteEncounter(chart, chart.Now.AddHours(-3), null);
        }
        else if (!chart.Plan.IsNamed && chart.Dice.Chance(15))
        {
            var start = chart.Now.AddDays(-chart.Dice.Between(5, 200));
            WriteEncounter(chart, start, start.AddHours(chart.Dice.Between(2, 40)));
        }
    }

    private static void WriteTeam(Chart chart) => chart.Add(Codes.CrisisProgram, () => new CareTeam
    {
        Status = CareTeam.CareTeamStatus.Active,
        Name = "Hospital team",
        Subject = chart.Patient,
        Period = Elements.Period(chart.Now.AddHours(-3)),
        Participant = [new() { Member = new("PractitionerRole/physician-1-role") }],
        ManagingOrganization = [Codes.Organization(Codes.CityHospital)],
    });

    private static void WriteEncounter(Chart chart, DateTimeOffset start, DateTimeOffset? end) =>
        chart.Add(Codes.CityHospital, () => new Encounter
        {
            Status = end is null ? Encounter.EncounterStatus.InProgress : Encounter.EncounterStatus.Finished,
            Class = new(Codes.ActCode, "EMER"),
            Type = [EmergencyVisit.ToConcept()],
            Subject = chart.Patient,
            Participant = [new() { Individual = new("PractitionerRole/physician-1-role") }],
            Period = Elements.Period(start, end),
            Location = [new() { Location = new($"Location/{Codes.CityHospital}-site") }],
            ServiceProvider = Codes.Organization(Codes.CityHospital),
        });
}
