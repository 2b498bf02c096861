using System.Text.Json;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Consents;

/// <summary>Reads a Consent (IHE PCF shape and our sharing-tier label) into facts; what it does not know makes it indeterminate.</summary>
public static class ConsentReader
{
    public const string Part2Policy = "https://interop.example/fhir/policy/part2-consent";
    private const string Scope = "http://terminology.hl7.org/CodeSystem/consentscope";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "resourceType", "id", "meta", "language", "text", "contained", "identifier", "status", "scope", "category", "patient", "dateTime",
        "performer", "organization", "sourceAttachment", "sourceReference", "policy", "verification", "provision",
    };

    private static readonly HashSet<string> KnownCategories = new(StringComparer.Ordinal)
    {
        "http://terminology.hl7.org/CodeSystem/v3-ActCode|IDSCL", "http://terminology.hl7.org/CodeSystem/v3-ActCode|INFA",
        "http://loinc.org|59284-0", "http://loinc.org|57016-8", "http://loinc.org|64292-6",
    };

    /// <summary>Never throws for a valid Consent; an unreadable one comes out indeterminate for everybody.</summary>
    /// <param name="source">Id of the Organization that wrote it.</param>
    /// <param name="lastUpdated">UTC microseconds.</param>
    public static ConsentFacts Read(ReadOnlyMemory<byte> body, string id, string source, long version, long lastUpdated)
    {
        using var document = JsonDocument.Parse(body, JsonReading.Options);
        var root = document.RootElement;
        var indeterminate = new List<string>();
        var state = root.Text("status") switch
        {
            "active" => ConsentState.Active,
            "inactive" => ConsentState.Ended,
            "draft" or "proposed" or "rejected" or "entered-in-error" => ConsentState.NotInEffect,
            _ => Unknown(indeterminate, "status"),
        };
        indeterminate.AddRange(root.EnumerateObject()
            .Where(property => !Known.Contains(property.Name) && !IsHarmless(property))
            .Select(property => property.Name));
        CheckHead(root, indeterminate);
        var provision = ProvisionReader.Read(root.At("provision"), indeterminate, null);
        var controllers = root.Items("organization").Select(reference => reference.OrganizationId()).ToList();
        if (controllers.Count == 0 || controllers.Contains(null))
        {
            indeterminate.Add("organization");
        }

        var patient = root.At("patient").Text("reference") is { } text && Fhir.ResourceKey.TryParse(text) is { Type: "Patient" } key
            ? key.Id
            : string.Empty;
        if (patient.Length == 0)
        {
            indeterminate.Add("patient");
        }

        return new(
            id, version, state, source, patient, [.. controllers.OfType<string>()],
            FhirPeriod.Start(root.Text("dateTime")) ?? long.MinValue, lastUpdated,
            root.All("policy.uri").FirstOrDefault() is { ValueKind: JsonValueKind.String } policy ? policy.GetString()! : string.Empty,
            provision, indeterminate, Part2Elements.Missing(root));
    }

    private static ConsentState Unknown(List<string> indeterminate, string element)
    {
        indeterminate.Add(element);
        return ConsentState.Active;
    }

    // A twin or an extension that does not modify may be ignored (https://hl7.org/fhir/R4/extensibility.html#isModifier).
    private static bool IsHarmless(JsonProperty property) =>
        property.Name == "extension" || (property.Name.StartsWith('_') && property.Name is not ("_status" or "_dateTime"));

    private static void CheckHead(JsonElement root, List<string> indeterminate)
    {
        if (root.Code("scope", Scope) != "patient-privacy")
        {
            indeterminate.Add("scope");
        }

        if (!root.All("category.coding").Any(coding => KnownCategories.Contains($"{coding.Text("system")}|{coding.Text("code")}")))
        {
            indeterminate.Add("category");
        }

        var policies = root.Items("policy").ToList();
        var known = SharingPolicy.Default.Roles.Policies;
        if (policies.Count > 1 || policies.Any(policy => policy.Text("uri") is not { } uri || !known.Contains(uri)))
        {
            indeterminate.Add("policy.uri");
        }

        // Who says that the person said no is not asked; that somebody checked and found it false is an end of it.
        if (root.Items("verification").Any(verification => verification.At("verified").ValueKind != JsonValueKind.True))
        {
            indeterminate.Add("verification");
        }

        if (root.Text("dateTime") is { } given && FhirPeriod.Start(given) is null)
        {
            indeterminate.Add("dateTime");
        }
    }
}
