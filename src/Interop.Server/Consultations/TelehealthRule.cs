using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Consultations;

/// <summary>
/// An Appointment of service type VR (v3-ActCode) has its meeting at the site's provider: the server gives it an address that nobody can
/// guess, in the extension by which R4 has R5's <c>Appointment.virtualService</c>. The Encounter that comes of it is of class VR.
/// </summary>
internal sealed class TelehealthRule(InteropSettings settings, Secrets secrets) : TypeRule("Appointment")
{
    public const string Url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService";

    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    public override WriteResult.Refused? Reached(ResourceStep step)
    {
        using var document = JsonDocument.Parse(step.After, FhirJson.Parsing);
        var root = document.RootElement;
        var given = root.Extension(Url).Extension("address").Text("valueUrl");
        if (!IsVirtual(root))
        {
            return given is null
                ? null
                : Refused("An address of a meeting belongs to an Appointment of service type VR (v3-ActCode).", "extension");
        }

        return settings.Consultations.TelehealthUrl is null
                ? Refused("This site has no provider of telehealth (Interop:Consultations:TelehealthUrl).", "serviceType")
            : given is not null && given != AddressOf(step.Key)
                ? Refused("The server gives a telehealth appointment its address: leave it out, or as it was read.", "extension")
            : null;
    }

    public override byte[] Completed(ResourceStep step, byte[] body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var root = document.RootElement;
        if (!IsVirtual(root) || root.Extension(Url).ValueKind == JsonValueKind.Object)
        {
            return body;
        }

        return TopLevel.Replace(body, "extension", FhirJson.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var other in root.Items("extension"))
            {
                other.WriteTo(writer);
            }

            writer.WriteStartObject();
            writer.WriteString("url", Url);
            writer.WriteStartArray("extension");
            writer.WriteStartObject();
            writer.WriteString("url", "address");
            writer.WriteString("valueUrl", AddressOf(step.Key));
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }));
    }

    private string AddressOf(ResourceKey appointment) => settings.Consultations.TelehealthUrl!.Replace(
        ConsultationSettings.Room, NameBasedId.Of(secrets.Key.Span, $"telehealth|{appointment}"), StringComparison.Ordinal);

    private static bool IsVirtual(JsonElement appointment) => appointment.Items("serviceType")
        .SelectMany(type => type.Items("coding")).Any(coding => coding.Text("system") == ActCode && coding.Text("code") == "VR");

    private static WriteResult.Refused Refused(string why, string element) => new(IssueCode.BusinessRule, why, $"Appointment.{element}");
}

/// <summary>An Encounter of a telehealth appointment is of class VR: it took place where the appointment's address led.</summary>
internal sealed class TelehealthEncounterRule() : TypeRule("Encounter")
{
    public override void Follow(GuardedTransaction transaction, StoredStep step)
    {
        if (step.Body is not { } body)
        {
            return;
        }

        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var root = document.RootElement;
        var appointments = root.Items("appointment").Select(reference => reference.Text("reference")).OfType<string>()
            .Select(text => ResourceKey.TryParse(text)).OfType<ResourceKey>().ToList();
        var isVirtual = root.At("class").Text("code") == "VR";
        transaction.AtEnd(() =>
        {
            if (!isVirtual && appointments.Any(key => HasAddress(transaction, key)))
            {
                throw new FhirException(422, [TaskBody.Objection(
                    "The Encounter of a telehealth appointment has the class VR.", "Encounter.class")]);
            }
        });
    }

    private static bool HasAddress(GuardedTransaction transaction, ResourceKey appointment)
    {
        if (transaction.KeeperOf(appointment) is null || transaction.BytesOf(appointment) is not { } stored)
        {
            return false;
        }

        using var document = JsonDocument.Parse(stored, FhirJson.Parsing);
        return document.RootElement.Extension(TelehealthRule.Url).ValueKind == JsonValueKind.Object;
    }
}

/// <summary>The parts of this room.</summary>
internal static class ConsultationServices
{
    public static IServiceCollection AddConsultations(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, ConsultationRule>();
        services.AddSingleton<ConsultationDeadline>();
        services.AddSingleton<IChangeWatch>(provider => provider.GetRequiredService<ConsultationDeadline>());
        services.AddSingleton<IDeadline>(provider => provider.GetRequiredService<ConsultationDeadline>());
        services.AddSingleton<TypeRule, TelehealthRule>();
        services.AddSingleton<TypeRule, TelehealthEncounterRule>();
        return services;
    }
}
