using Interop.Fhir.Search;
using Interop.Server.Http;

namespace Interop.Server.Guard.Searches;

/// <summary>
/// When care took place, by type (https://hl7.org/fhir/R4/patient-operation-everything.html: care dates, not record dates). What has no
/// such date, as a type or as a resource, belongs to any time.
/// </summary>
internal static class CareDates
{
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["AdverseEvent"] = "date", ["AllergyIntolerance"] = "onset", ["Appointment"] = "date", ["CarePlan"] = "date",
        ["CareTeam"] = "date", ["ClinicalImpression"] = "date", ["Communication"] = "sent", ["Composition"] = "period",
        ["Condition"] = "onset-date", ["DiagnosticReport"] = "date", ["DocumentReference"] = "period", ["Encounter"] = "date",
        ["EpisodeOfCare"] = "date", ["Flag"] = "date", ["Goal"] = "start-date", ["ImagingStudy"] = "started", ["Immunization"] = "date",
        ["MedicationAdministration"] = "effective-time", ["MedicationRequest"] = "date", ["MedicationStatement"] = "effective",
        ["NutritionOrder"] = "datetime", ["Observation"] = "date", ["Procedure"] = "date", ["RiskAssessment"] = "date",
        ["ServiceRequest"] = "occurrence", ["Task"] = "period",
    };

    /// <summary>All types with their parameter.</summary>
    public static IReadOnlyDictionary<string, string> All => Parameters;

    /// <summary>That care which a resource of the type is about took place within a time.</summary>
    /// <param name="start">A date or time, as it was sent.</param>
    /// <exception cref="FhirException">400: one of them is no date.</exception>
    public static IReadOnlyList<SearchCriterion> Within(SearchQueryParser queries, string type, string? start, string? end)
    {
        var parameter = Parameters.GetValueOrDefault(type);
        return [.. Bound("start", "ge", start), .. Bound("end", "le", end)];

        IEnumerable<SearchCriterion> Bound(string name, string prefix, string? value)
        {
            // Read for every type, so that what is no date is refused whatever is asked for.
            if (value is null)
            {
                return [];
            }

            var read = queries.Parse(
                parameter is null ? "Encounter" : type,
                [KeyValuePair.Create(parameter ?? "date", prefix + value)],
                lenient: false,
                now: 0).Query ?? throw new FhirException(IssueCode.Value, $"The parameter {name} must be a date or a time.");
            return parameter is null
                ? []
                : [new AnyCriterion([new MissingCriterion(((ValueCriterion)read.Criteria[0]).Parameter, Missing: true), read.Criteria[0]])];
        }
    }
}
