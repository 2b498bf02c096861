using Hl7.Fhir.Model;
using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>The code systems and organisations of the city.</summary>
internal static class Codes
{
    public const string Base = "https://interop.example/fhir";
    public const string Snomed = "http://snomed.info/sct";
    public const string Loinc = "http://loinc.org";
    public const string Icd10 = "http://hl7.org/fhir/sid/icd-10-cm";
    public const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    public const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    public const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    public const string CrisisProgram = "crisis-program";
    public const string CityHospital = "city-hospital";
    public const string CityPolice = "city-police";
    public const string FamilyServices = "family-services";
    public const string DispatchCenter = "dispatch-center";
    public const string RecoveryClinic = "recovery-clinic";
    public const string Shelter = "harbor-shelter";

    public static readonly Coding Part2 = new(ActCode, "42CFRPart2");
    public static readonly Coding VeryRestricted = new(Confidentiality, "V");

    public static Coding Own(string system, string code) => new($"{Base}/CodeSystem/{system}", code);

    /// <summary>A CodeableConcept of a coding of our own.</summary>
    public static CodeableConcept Concept(string system, string code) => Own(system, code).ToConcept();

    public static string ExtensionUrl(string name) => $"{Base}/StructureDefinition/{name}";

    /// <summary>A security label by its code: V is a confidentiality, everything else a sensitivity or policy.</summary>
    public static Coding Label(string label) => label == "V" ? VeryRestricted : new(ActCode, label);

    public static ResourceReference Organization(string id) => new("Organization/" + id);
}
