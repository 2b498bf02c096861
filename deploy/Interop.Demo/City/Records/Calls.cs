using Interop.Server.Authoring;
using Interop.Server.Calls;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Demo.City.Records;

/// <summary>Eligible calls of the past, as the server keeps one Task for each: with a team or a reason, and a few with neither.</summary>
internal static class Calls
{
    private const int PercentOfVisits = 60;
    private const int PercentAnswered = 93;

    /// <param name="dice">A stream of its own, so that nothing else of the city changes with it.</param>
    public static void Write(Chart chart, Visit visit, Dice dice)
    {
        if (visit.End is not { } end || chart.Now - end < TimeSpan.FromDays(20) || !dice.Chance(PercentOfVisits))
        {
            return;
        }

        var isAnswered = dice.Chance(PercentAnswered);
        chart.Add(Codes.CrisisProgram, dice.Uuid(), () => new FhirTask
        {
            Status = isAnswered ? FhirTask.TaskStatus.Completed : FhirTask.TaskStatus.Failed,
            Intent = FhirTask.TaskIntent.Order,
            Code = Codes.Concept("crisis-task", OpenCalls.Code),
            Focus = new(visit.Reference),
            For = chart.Patient,
            Encounter = new(visit.Reference),
            AuthoredOn = visit.Start.ToDateTimeText(),
            Requester = Codes.Organization(Codes.CrisisProgram),
            Owner = Codes.Organization(Codes.CrisisProgram),
        });
    }
}
