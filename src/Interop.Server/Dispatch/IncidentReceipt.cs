using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Validation;
using Interop.Server.Http;

namespace Interop.Server.Dispatch;

/// <summary>What became of a dispatch message.</summary>
/// <param name="Encounter">The incident's first; null while no message has said what the incident is.</param>
/// <param name="Issues">Warnings and information about what was not understood or not taken over.</param>
/// <param name="Patient">Its first person, or a placeholder: whom a screening of the call is about.</param>
internal sealed record IncidentReceipt(
    string Incident, ResourceKey? Encounter, ResourceKey? Patient, bool IsNew, IReadOnlyList<Issue> Issues) : IOwnAnswer
{
    public int Status => IsNew ? 202 : 200;

    public ReadOnlyMemory<byte> Json => FhirJson.Write(Write);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("incident", Incident);
        if (Encounter is { } encounter)
        {
            writer.WriteString("encounter", encounter.ToString());
        }

        if (Patient is { } patient)
        {
            writer.WriteString("patient", patient.ToString());
        }

        writer.WriteBoolean("repeated", !IsNew);
        if (Issues.Count > 0)
        {
            writer.WritePropertyName("outcome");
            Outcome.Write(writer, Issues);
        }

        writer.WriteEndObject();
    }

    public override string ToString() => $"{Incident} {Encounter?.ToString() ?? "without Encounter"} {(IsNew ? "stored" : "repeated")}";
}
