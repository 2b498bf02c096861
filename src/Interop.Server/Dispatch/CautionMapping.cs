using System.Globalization;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

namespace Interop.Server.Dispatch;

/// <summary>Cautions become safety Flags that end: a warning that nobody renews must not follow a person for life.</summary>
internal static class CautionMapping
{
    private static readonly TimeSpan DefaultLife = TimeSpan.FromDays(180);

    private static readonly Code Safety = new("http://terminology.hl7.org/CodeSystem/flag-category", "safety", "Safety");

    public static IEnumerable<MappedResource> Map(IncidentFacts facts)
    {
        var cautions = facts.Messages.SelectMany(message => message.Cautions)
            .GroupBy(caution => caution.Id)
            .Select(versions => versions.Last())
            .OrderBy(caution => caution.Id, StringComparer.Ordinal);
        foreach (var caution in cautions)
        {
            for (var patient = 0; patient < facts.Patients.Count; patient++)
            {
                var index = patient;
                yield return IncidentFacts.Resource(
                    facts.Key("Flag", $"caution|{caution.Id}" + IncidentFacts.Nth(index)), writer => Write(writer, facts, caution, index));
            }
        }
    }

    private static void Write(FhirWriter writer, IncidentFacts facts, EidoCaution caution, int patient)
    {
        if (caution.Source is { Length: > 0 } source)
        {
            writer.One("extension", extension => extension
                .Text("url", IncidentFacts.ExtensionRoot + "flag-source").Text("valueString", source));
        }

        writer.Identifier("urn:interop:eido-caution", caution.Id)
            .Text("status", "active")
            .Concepts("category", Safety)
            .Object("code", code => code.Text("text", $"{caution.Type} ({caution.Severity}): {caution.Text}"))
            .Reference("subject", facts.Patient(patient).ToString())
            .Object("period", period => period.Text("start", caution.Start.Text).Text("end", EndOf(caution.Start)))
            .Reference("encounter", facts.Episodes is [var first, ..] ? facts.Encounter(patient, first).ToString() : null);
    }

    private static string EndOf(EidoTime start) =>
        (start.Value + DefaultLife).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
