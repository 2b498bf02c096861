using Hl7.Fhir.Model;
using Interop.Server.Settings;

namespace Interop.Server.Measures;

/// <summary>The codes that measures and reports have in common.</summary>
internal static class MeasureWords
{
    public const string Groups = CrisisProfiles.Base + "/CodeSystem/measure-group";
    public const string MissingShare = CrisisProfiles.Base + "/StructureDefinition/measure-missing-share";
    public const string Target = CrisisProfiles.Base + "/StructureDefinition/measure-target";
    public const string Comparison = CrisisProfiles.Base + "/StructureDefinition/measure-comparison";

    private const string Populations = "http://terminology.hl7.org/CodeSystem/measure-population";
    private const string Ucum = "http://unitsofmeasure.org";
    private const string AbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Says why there is no value: masked, or not-applicable.</summary>
    public static Extension Absent(string reason) => new(AbsentReason, new Code(reason));

    public static CodeableConcept Population(string code) => new(Populations, code);

    /// <summary>What a group of the measure comes to.</summary>
    public static CodeableConcept Group(string code) => new(Groups, code);

    public static CodeableConcept Kind(GroupKind kind) => new(Groups, kind.Code.Replace('_', '-')) { Text = kind.Display };

    /// <summary>What the groups of a measure come to, by its kind.</summary>
    public static IReadOnlyList<string> GroupsOf(MeasureKind kind) => kind switch
    {
        MeasureKind.Share => ["share"],
        MeasureKind.Time => ["p50", "p90"],
        MeasureKind.Hours => ["hours", "mean-hours"],
        _ => ["total", "mean", .. EvaluationTable.Sources],
    };

    /// <summary>The codes of what there is, what counts, and what is missing.</summary>
    public static (string Cases, string Yes, string Missing) PopulationsOf(MeasureKind kind) => kind == MeasureKind.Share
        ? ("denominator", "numerator", "denominator-exclusion")
        : ("initial-population", "measure-population", "measure-population-exclusion");

    /// <summary>A number of what a group of a measure comes to, in its unit.</summary>
    public static Quantity Figure(MeasureKind kind, decimal value, string currency)
    {
        var (system, code) = kind switch
        {
            MeasureKind.Share => (Ucum, "%"),
            MeasureKind.Time => (Ucum, "min"),
            MeasureKind.Hours => (Ucum, "h"),
            _ => ("urn:iso:std:iso:4217", currency),
        };
        return new() { Value = value, Unit = code, System = system, Code = code };
    }

    public static CodeableConcept Improvement(bool isHigh) => new(
        "http://terminology.hl7.org/CodeSystem/measure-improvement-notation", isHigh ? "increase" : "decrease");
}
