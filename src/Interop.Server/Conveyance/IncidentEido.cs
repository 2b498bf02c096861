using System.Text.Json;
using Interop.Server.Http;

namespace Interop.Server.Conveyance;

/// <summary>An incident as an EIDO (NENA-STA-021.1b, JSON), made of what an agency may know of it.</summary>
internal sealed class IncidentEido : IOwnAnswer
{
    private readonly IncidentView view;

    private IncidentEido(IncidentView view)
    {
        this.view = view;
        Json = FhirJson.Write(Write);
    }

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType => "application/EmergencyCallData.eido+json";

    public static IncidentEido Of(IncidentView view) => new(view);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        Prologue(writer, view.Urn, view.Updated);
        writer.WriteString("eidoVersion", "1.0");
        writer.WriteString("issuingElementIdentification", view.Issuer);
        writer.WriteStartArray("agencyComponent");
        writer.WriteStartObject();
        Prologue(writer, view.Programme, view.Updated);
        Texts(writer, "agencyRoleDescriptionRegistryText", "Assisting");
        Texts(writer, "agencyType", "crisis-program");
        writer.WriteEndObject();
        writer.WriteEndArray();
        WriteIncident(writer);
        WriteUnits(writer);
        WritePlan(writer);
        writer.WriteEndObject();
    }

    private void WriteIncident(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("incidentComponent");
        Prologue(writer, $"{view.Urn}:incident", view.Updated);
        writer.WriteString("incidentTypeCommonRegistryText", view.Type);
        Texts(writer, "incidentStatusCommonRegistryText", view.Status);
        if (view.InternalId is { } id)
        {
            writer.WriteString("internalIncidentId", id);
        }

        if (view.Dispositions.Count > 0)
        {
            writer.WriteStartArray("dispositionComponent");
            foreach (var disposition in view.Dispositions)
            {
                writer.WriteStartObject();
                Prologue(writer, $"{view.Urn}:disposition:{disposition.Code}", view.Updated);
                writer.WriteString("dispositionCommonRegistryCode", disposition.Code);
                writer.WriteBoolean("dispositionPrimaryIndicator", disposition.IsPrimary);
                if (disposition.Text is { } text)
                {
                    writer.WriteString("dispositionDescriptionText", text);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteUnits(Utf8JsonWriter writer)
    {
        if (view.Units.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("emergencyResourceComponent");
        foreach (var unit in view.Units)
        {
            writer.WriteStartObject();
            Prologue(writer, $"{view.Urn}:unit:{unit.Name}", unit.Time);
            writer.WriteString("emergencyResourceTypeCommonRegistryText", unit.Type);
            Texts(writer, "resourceAttributeRegistryText");
            writer.WriteString("emergencyResourceName", unit.Name);
            writer.WriteString("primaryUnitStatusRegistryText", unit.Status == "Cleared" ? "Available" : "NotAvailable");
            Texts(writer, "secondaryUnitStatusRegistryText", unit.Status);
            writer.WriteStartArray("agentReference");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The standard has no element for it, so it is additional data.</summary>
    private void WritePlan(Utf8JsonWriter writer)
    {
        if (view.HasPlan is not { } hasPlan)
        {
            return;
        }

        writer.WriteStartArray("additionalDataComponent");
        writer.WriteStartObject();
        Prologue(writer, $"{view.Urn}:plan", view.Updated);
        writer.WriteString("additionalDataByValue", hasPlan ? "has a plan: yes" : "has a plan: no");
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>What each component begins with.</summary>
    private void Prologue(Utf8JsonWriter writer, string id, string updated)
    {
        writer.WriteString("$id", id);
        writer.WriteString("lastUpdateTimeStamp", updated);
        writer.WriteStartObject("updatedByAgencyReference");
        writer.WriteString("$ref", view.Programme);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, params ReadOnlySpan<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
