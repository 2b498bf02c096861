using Hl7.Fhir.Model;

namespace Interop.Demo.City.Records;

/// <summary>What became of encounters, as far as somebody wrote it down: of three in ten nobody did.</summary>
internal static class Outcomes
{
    private const int PercentSaid = 70;

    /// <param name="dice">A stream of its own, so that facts change nothing else of the person.</param>
    public static void Write(Chart chart, Visit visit, Dice dice)
    {
        if (visit.IsOpen || visit.Disposition == "32")
        {
            return;
        }

        foreach (var (code, percent) in new[] { ("arrest", visit.Disposition == "03" ? 100 : 0), ("force-used", 2), ("ed-transport", 14) })
        {
            var (isSaid, value, id) = (dice.Chance(PercentSaid), dice.Chance(percent), dice.Uuid());
            if (isSaid)
            {
                chart.Add(Codes.CrisisProgram, id, () => new Observation
                {
                    Status = ObservationStatus.Final,
                    Code = Codes.Concept("crisis-observation", code),
                    Subject = chart.Patient,
                    Encounter = new(visit.Reference),
                    Value = new FhirBoolean(value),
                });
            }
        }
    }
}
