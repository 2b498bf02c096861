using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City.Records;

/// <summary>What people said of themselves when they were asked: of most nobody asked.</summary>
internal static class Circumstances
{
    private static readonly (Coding? Item, int Weight)[] Orientations =
    [
        (new(Codes.Snomed, "20430005"), 38), (new(Codes.Snomed, "38628009"), 5),
        (new(Codes.Snomed, "42035005"), 5), (null, 52),
    ];

    private static readonly (Coding? Item, int Weight)[] Homes =
    [
        (new(Codes.Loinc, "LA31993-1"), 45), (new(Codes.Loinc, "LA31994-9"), 14),
        (new(Codes.Loinc, "LA31995-6"), 16), (null, 25),
    ];

    /// <param name="dice">A stream of its own, so that this changes nothing else of the person.</param>
    public static void Write(Chart chart, Dice dice)
    {
        if (chart.Plan.IsNamed)
        {
            return;
        }

        Write(new(Codes.Loinc, "76690-7", "Sexual orientation"), dice.Weighted(Orientations));
        Write(new(Codes.Loinc, "71802-3", "Housing status"), dice.Weighted(Homes));

        void Write(Coding question, Coding? answer)
        {
            var id = dice.Uuid();
            if (answer is not null)
            {
                chart.Add(Codes.CrisisProgram, id, () => new Observation
                {
                    Status = ObservationStatus.Final,
                    Code = question.ToConcept(),
                    Subject = chart.Patient,
                    Effective = new FhirDateTime(chart.Now.AddYears(-1).ToDateTimeText()),
                    Value = answer.ToConcept(),
                });
            }
        }
    }
}
