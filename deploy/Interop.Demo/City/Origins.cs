using Hl7.Fhir.Model;

namespace Interop.Demo.City;

/// <summary>Who wrote the encounter down.</summary>
internal static class Origins
{
    public static void Write(Chart chart, Visit visit)
    {
        if (chart.Plan.IsNamed || chart.Dice.Chance(10))
        {
            chart.Add(Codes.CrisisProgram, () => new Provenance
            {
                Target = [new(visit.Reference)],
                Recorded = visit.End ?? visit.Middle,
                Agent =
                [
                    new() { Who = new("PractitionerRole/clinician-1-role"), OnBehalfOf = Codes.Organization(Codes.CrisisProgram) },
                ],
            });
        }
    }
}
