using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>Cautions become safety Flags that end: a warning that nobody renews must not follow a person for life.</summary>
internal static class CautionMapping
{
    private static readonly TimeSpan DefaultLife = TimeSpan.FromDays(180);

    private static readonly Coding Safety = new("http://terminology.hl7.org/CodeSystem/flag-category", "safety", "Safety");

    public static IEnumerable<Flag> Map(IncidentFacts facts)
    {
        var cautions = facts.Messages.SelectMany(message => message.Cautions)
            .GroupBy(caution => caution.Id)
            .Select(versions => versions.Last())
            .OrderBy(caution => caution.Id, StringComparer.Ordinal);
        return cautions.SelectMany(caution => facts.Patients.Select((_, patient) => Of(facts, caution, patient)));
    }

    private static Flag Of(IncidentFacts facts, EidoCaution caution, int patient) => new()
    {
        Id = facts.Key("Flag", $"caution|{caution.Id}" + IncidentFacts.Nth(patient)).Id,
        Extension = caution.Source is { Length: > 0 } source ? [IncidentFacts.Extension("flag-source", new FhirString(source))] : [],
        Identifier = [new("urn:interop:eido-caution", caution.Id)],
        Status = Flag.FlagStatus.Active,
        Category = [Safety.ToConcept()],
        Code = new() { Text = $"{caution.Type} ({caution.Severity}): {caution.Text}" },
        Subject = facts.Patient(patient).ToReference(),
        Period = new() { Start = caution.Start.Text, End = (caution.Start.Value + DefaultLife).ToDateTimeText() },
        Encounter = facts.Episodes is [var first, ..] ? facts.Encounter(patient, first).ToReference() : null,
    };
}
