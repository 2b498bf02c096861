using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Demo.City.Records;

/// <summary>One broken glass, as the server tells of it, so that the privacy officer has something to judge.</summary>
internal static class Reviews
{
    public static void Write(Chart chart)
    {
        if (chart.Plan.Number != 1)
        {
            return;
        }

        var begun = chart.Now.AddHours(-3);
        chart.Add(Codes.CrisisProgram, () => new FhirTask
        {
            Meta = new() { Security = [new($"{Codes.Base}/CodeSystem/sharing-label", "OVERSIGHT")] },
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Priority = RequestPriority.Stat,
            Code = Codes.Concept("crisis-task", "disclosure-review"),
            Description = "Practitioner/physician-1 of Organization/city-hospital, clinician, broke the glass. "
                + "The audit trail has what was read.",
            For = chart.Patient,
            ReasonCode = new($"{Codes.Base}/CodeSystem/break-glass-reason", "medical-emergency", "Found unconscious on the platform."),
            AuthoredOn = begun.ToDateTimeText(),
            LastModified = begun.ToDateTimeText(),
            Owner = Codes.Organization(Codes.CrisisProgram),
            PerformerType = [new($"{Codes.Base}/CodeSystem/staff-role", "privacy-officer") { Text = "Privacy officer" }],
            Restriction = new() { Period = new() { End = begun.AddDays(2).ToDateTimeText() } },
        });
    }
}
