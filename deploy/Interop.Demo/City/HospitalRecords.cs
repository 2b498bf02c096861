using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>What city-hospital itself keeps, and the open case that lets it see a full record.</summary>
internal static class HospitalRecords
{
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

    private static void WriteTeam(Chart chart) =>
        chart.Add(Codes.CrisisProgram, "CareTeam", json => json
            .Text("status", "active")
            .Text("name", "Hospital team")
            .Reference("subject", chart.Patient)
            .Period("period", chart.Now.AddHours(-3))
            .One("participant", participant => participant.Reference("member", "PractitionerRole/physician-1-role"))
            .References("managingOrganization", Codes.Organization(Codes.CityHospital)));

    private static void WriteEncounter(Chart chart, DateTimeOffset start, DateTimeOffset? end) =>
        chart.Add(Codes.CityHospital, "Encounter", json => json
            .Text("status", end is null ? "in-progress" : "finished")
            .Coding("class", new(Codes.ActCode, "EMER"))
            .Concepts("type", new Code(Codes.Snomed, "50849002", "Emergency department visit"))
            .Reference("subject", chart.Patient)
            .One("participant", participant => participant.Reference("individual", "PractitionerRole/physician-1-role"))
            .Period("period", start, end)
            .One("location", location => location.Reference("location", $"Location/{Codes.CityHospital}-site"))
            .Reference("serviceProvider", Codes.Organization(Codes.CityHospital)));
}
