using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Settings;

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

    public IEnumerable<MappedResource> Resources => new Resource[]
    {
        PatientOf(Silent, "Silent"),
        ConditionOf(SilentCondition, Silent, Depression),
        PatientOf(Consenting, "Consenting"),
        ConditionOf(ConsentedCondition, Consenting, Depression),
        ConditionOf(SensitiveCondition, Consenting, AlcoholDependence),
        ConsentOf("consenting", Consenting, Consent.ConsentState.Active),
        PatientOf(Revoking, "Revoking"),
        ConditionOf(RevokedCondition, Revoking, Depression),
        ConsentOf("revoking", Revoking, Consent.ConsentState.Inactive),
    }.Select(MappedResource.Of);

    private ResourceKey Key(string type, string name) => new(type, NameBasedId.Of(secret.Span, $"sandbox|{agency}|{type}|{name}"));

    private static Patient PatientOf(ResourceKey key, string given) => new()
    {
        Id = key.Id,
        Active = true,
        Name = [new() { Use = HumanName.NameUse.Official, Family = "Sandbox", Given = [given] }],
        Gender = AdministrativeGender.Unknown,
        BirthDate = "1980-01-01",
    };

    private Condition ConditionOf(ResourceKey key, ResourceKey patient, string code) => new()
    {
        Id = key.Id,
        ClinicalStatus = new("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        Code = new(Sct, code),
        Subject = patient.ToReference(),
        RecordedDate = now.ToDateText(),
    };

    private Consent ConsentOf(string name, ResourceKey patient, Consent.ConsentState status)
    {
        var since = now.AddDays(-1).ToDateTimeText();
        return new()
        {
            Id = Key("Consent", name).Id,
            Status = status,
            Scope = new("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
            Category = [new("http://loinc.org", "59284-0")],
            Patient = patient.ToReference(),
            DateTime = since,
            Performer = [patient.ToReference()],
            Organization = [new($"Organization/{custodian}")],
            Policy = [new() { Uri = $"{CrisisProfiles.Base}/policy/sharing-consent" }],
            Verification = [new() { Verified = true, VerifiedWith = patient.ToReference(), VerificationDate = since }],
            Provision = new()
            {
                Type = Consent.ConsentProvisionType.Permit,
                Period = new() { Start = since, End = now.AddYears(1).ToDateTimeText() },
                Actor =
                [
                    new()
                    {
                        Role = new("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
                        Reference = new($"Organization/{agency}"),
                    },
                ],
                SecurityLabel =
                [
                    new($"{CrisisProfiles.Base}/CodeSystem/sharing-tier", "intermediate"), new(ActCode, "MH"), new(ActCode, "PSY"),
                ],
                Purpose = [.. purposes.Select(purpose => new Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", purpose))],
            },
        };
    }
}
