using Interop.Fhir;
using Interop.Server.Authoring;

namespace Interop.Server.Sandbox;

/// <summary>
/// The invented persons with whom one agency tries its system in the sandbox: they differ in what they agreed to. Ids follow from the
/// agency, so a new start gives the same persons.
/// </summary>
internal sealed class SandboxPersons(
    string agency, string custodian, IReadOnlyList<string> purposes, DateTimeOffset now, ReadOnlyMemory<byte> secret)
{
    private const string Sct = "http://snomed.info/sct";
    private const string Depression = "35489007";
    private const string AlcoholDependence = "66590003";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    /// <summary>Has said nothing.</summary>
    public ResourceKey Silent => Key("Patient", "silent");

    public ResourceKey SilentCondition => Key("Condition", "silent");

    /// <summary>Lets the agency see mental health data, and nothing about substance use.</summary>
    public ResourceKey Consenting => Key("Patient", "consenting");

    public ResourceKey ConsentedCondition => Key("Condition", "consenting");

    public ResourceKey SensitiveCondition => Key("Condition", "sensitive");

    /// <summary>Has taken the consent back.</summary>
    public ResourceKey Revoking => Key("Patient", "revoking");

    public ResourceKey RevokedCondition => Key("Condition", "revoking");

    public IEnumerable<MappedResource> Resources =>
    [
        Patient(Silent, "Silent"),
        Condition(SilentCondition, Silent, Depression),
        Patient(Consenting, "Consenting"),
        Condition(ConsentedCondition, Consenting, Depression),
        Condition(SensitiveCondition, Consenting, AlcoholDependence),
        Consent(Key("Consent", "consenting"), Consenting, "active"),
        Patient(Revoking, "Revoking"),
        Condition(RevokedCondition, Revoking, Depression),
        Consent(Key("Consent", "revoking"), Revoking, "inactive"),
    ];

    private ResourceKey Key(string type, string name) => new(type, NameBasedId.Of(secret.Span, $"sandbox|{agency}|{type}|{name}"));

    private static MappedResource Patient(ResourceKey key, string given) => new(key, FhirWriter.Resource(key.Type, key.Id, patient => patient
        .Boolean("active", true)
        .One("name", name => name.Text("use", "official").Text("family", "Sandbox").Texts("given", given))
        .Text("gender", "unknown")
        .Text("birthDate", "1980-01-01")));

    private MappedResource Condition(ResourceKey key, ResourceKey patient, string code) =>
        new(key, FhirWriter.Resource(key.Type, key.Id, condition => condition
            .Concept("clinicalStatus", new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"))
            .Concept("code", new(Sct, code))
            .Reference("subject", patient.ToString())
            .Text("recordedDate", FhirWriter.Date(now))));

    private MappedResource Consent(ResourceKey key, ResourceKey patient, string status) =>
        new(key, FhirWriter.Resource(key.Type, key.Id, consent => consent
            .Text("status", status)
            .Concept("scope", new("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"))
            .Concepts("category", new Code("http://loinc.org", "59284-0"))
            .Reference("patient", patient.ToString())
            .Time("dateTime", now.AddDays(-1))
            .References("performer", patient.ToString())
            .References("organization", $"Organization/{custodian}")
            .One("policy", policy => policy.Text("uri", "https://interop.example/fhir/policy/sharing-consent"))
            .One("verification", verification => verification
                .Boolean("verified", true)
                .Reference("verifiedWith", patient.ToString())
                .Time("verificationDate", now.AddDays(-1)))
            .Object("provision", provision => provision
                .Text("type", "permit")
                .Period("period", now.AddDays(-1), now.AddYears(1))
                .One("actor", actor => actor
                    .Concept("role", new("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"))
                    .Reference("reference", $"Organization/{agency}"))
                .Codings(
                    "securityLabel",
                    new("https://interop.example/fhir/CodeSystem/sharing-tier", "intermediate"),
                    new(ActCode, "MH"),
                    new(ActCode, "PSY"))
                .Codings("purpose", [.. purposes.Select(purpose => new Code("http://terminology.hl7.org/CodeSystem/v3-ActReason", purpose))]))));
}
