using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir.Schema;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>What the server can do (https://hl7.org/fhir/R4/capabilitystatement.html), written of its routes and settings alone.</summary>
internal sealed class CapabilityStatement
{
    private static readonly FhirInteraction[] OfType =
    [
        FhirInteraction.Read, FhirInteraction.Vread, FhirInteraction.Update, FhirInteraction.Patch, FhirInteraction.Delete, FhirInteraction.HistoryInstance,
        FhirInteraction.Create, FhirInteraction.Search,
    ];

    /// <summary>The parts of the extension oauth-uris, and where the issuer's SMART configuration tells them.</summary>
    private static readonly (string Url, string Member)[] Places =
    [
        ("authorize", "authorization_endpoint"), ("token", "token_endpoint"), ("introspect", "introspection_endpoint"),
        ("revoke", "revocation_endpoint"), ("manage", "management_endpoint"),
    ];

    private CapabilityStatement(string? issuer, byte[] json) => (Issuer, Json) = (issuer, json);

    /// <summary>The SMART configuration that it was made with.</summary>
    public string? Issuer { get; }

    public ReadOnlyMemory<byte> Json { get; }

    /// <param name="issuer">The issuer's SMART configuration, or null while it does not tell it.</param>
    public static CapabilityStatement Of(
        IReadOnlyList<FhirRoute> routes, InteropSettings settings, SearchParameterSet parameters, string? issuer) =>
        new(issuer, Written(routes, settings, parameters, issuer));

    private static byte[] Written(IReadOnlyList<FhirRoute> routes, InteropSettings settings, SearchParameterSet parameters, string? issuer)
    {
        var mapped = routes.Select(route => route.Interaction).ToHashSet();
        return FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "CapabilityStatement");
            writer.WriteString("status", "active");
            writer.WriteString("date", "2026-11-22");
            writer.WriteString("kind", "instance");
            writer.WriteStartObject("implementation");
            writer.WriteString("description", "Interop: crisis encounters, referrals and consents in three sharing tiers");
            writer.WriteString("url", settings.PublicUrl);
            writer.WriteEndObject();
            writer.WriteString("fhirVersion", "4.0.1");
            writer.WriteStartArray("format");
            writer.WriteStringValue("json");
            writer.WriteEndArray();
            writer.WriteStartArray("rest");
            writer.WriteStartObject();
            writer.WriteString("mode", "server");
            WriteSecurity(writer, issuer);
            writer.WriteStartArray("resource");
            foreach (var type in FhirFacts.R4.ResourceTypes)
            {
                WriteType(writer, type, mapped, parameters, routes);
            }

            writer.WriteEndArray();
            if (mapped.Contains(FhirInteraction.Transaction))
            {
                WriteInteractions(writer, ["transaction", "batch"]);
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>https://hl7.org/fhir/smart-app-launch/conformance.html; without the issuer's places while it does not tell them.</summary>
    private static void WriteSecurity(Utf8JsonWriter writer, string? issuer)
    {
        writer.WriteStartObject("security");
        WritePlaces(writer, issuer);
        writer.WriteBoolean("cors", true);
        writer.WriteStartArray("service");
        writer.WriteStartObject();
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        writer.WriteString("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
        writer.WriteString("code", "SMART-on-FHIR");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("text", "OAuth 2 access tokens as SMART App Launch 2.2 and SMART Backend Services describe, bearer or bound by DPoP");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString(
            "description",
            "Every request but this one and the SMART configuration needs a token of a trusted issuer. Scopes (version 1 and 2, granular ones"
            + " as searches without chains) narrow what sharing agreements and consents open. Web pages may read answers on the origins of"
            + " registered clients.");
        writer.WriteEndObject();
    }

    private static void WritePlaces(Utf8JsonWriter writer, string? issuer)
    {
        var document = issuer is null ? null : JsonNode.Parse(issuer) as JsonObject;
        var told = Places
            .Select(place => (place.Url, Value: document?[place.Member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null))
            .Where(place => place.Value is not null)
            .ToList();
        if (told.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("extension");
        writer.WriteStartObject();
        writer.WriteStartArray("extension");
        foreach (var (url, value) in told)
        {
            writer.WriteStartObject();
            writer.WriteString("url", url);
            writer.WriteString("valueUri", value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteType(
        Utf8JsonWriter writer, string type, HashSet<FhirInteraction> mapped, SearchParameterSet parameters, IReadOnlyList<FhirRoute> routes)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        WriteInteractions(writer, OfType.Where(mapped.Contains).Select(interaction => interaction.Code()));
        writer.WriteString("versioning", "versioned");
        writer.WriteBoolean("readHistory", mapped.Contains(FhirInteraction.Vread));
        writer.WriteBoolean("updateCreate", type == "Organization");
        writer.WriteBoolean("conditionalCreate", mapped.Contains(FhirInteraction.Create));
        writer.WriteStartArray("searchParam");
        foreach (var parameter in parameters.Of(type))
        {
            writer.WriteStartObject();
            writer.WriteString("name", parameter.Code);
            writer.WriteString("definition", parameter.Url);
            writer.WriteString("type", parameter.Type.ToString().ToLowerInvariant());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        var operations = routes
            .Where(
                route =>
                    route.Pattern.StartsWith($"/{type}/$", StringComparison.Ordinal)
                        || route.Pattern.StartsWith("/{type}/$", StringComparison.Ordinal))
            .Select(route => route.Pattern[(route.Pattern.IndexOf('$', StringComparison.Ordinal) + 1)..])
            .Distinct()
            .ToList();
        if (operations.Count > 0)
        {
            writer.WriteStartArray("operation");
            foreach (var name in operations)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString("definition", Definition(name));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>R4's own definition of an operation, or ours.</summary>
    private static string Definition(string operation) => operation switch
    {
        "validate" => "http://hl7.org/fhir/OperationDefinition/Resource-validate",
        "expand" => "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
        "validate-code" => "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
        "lookup" => "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
        _ => $"{CrisisProfiles.Base}/OperationDefinition/{operation}",
    };

    private static void WriteInteractions(Utf8JsonWriter writer, IEnumerable<string> codes)
    {
        writer.WriteStartArray("interaction");
        foreach (var code in codes)
        {
            writer.WriteStartObject();
            writer.WriteString("code", code);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
