namespace Interop.Demo.City;

/// <summary>Who wrote the encounter down.</summary>
internal static class Origins
{
    public static void Write(Chart chart, Visit visit)
    {
        if (chart.Plan.IsNamed || chart.Dice.Chance(10))
        {
            chart.Add(Codes.CrisisProgram, "Provenance", json => json
                .References("target", visit.Reference)
                .Time("recorded", visit.End ?? visit.Middle)
                .One("agent", agent => agent
                    .Reference("who", "PractitionerRole/clinician-1-role")
                    .Reference("onBehalfOf", Codes.Organization(Codes.CrisisProgram))));
        }
    }
}
