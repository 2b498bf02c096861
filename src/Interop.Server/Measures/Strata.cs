using System.Text.Json;
using Interop.Server.Calls;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Measures;

/// <summary>A kind of groups, and all the codes that a report has of it, also where nobody is in one.</summary>
/// <param name="Code">As the column of frozen months has it.</param>
/// <param name="Groups">Code, system and display of each.</param>
internal sealed record GroupKind(string Code, string Display, IReadOnlyList<(string Code, string? System, string Display)> Groups);

/// <summary>Into which groups reports put people: by what their records say in the words of US Core and FHIR R4, and by no guess.</summary>
internal sealed class Strata
{
    public const string Other = "other";
    public const string Unknown = "unknown";

    /// <summary>Of the Observation (LOINC) by which a person's sexual orientation is known: US Core.</summary>
    public const string OrientationCode = "76690-7";

    /// <summary>Of the Observation (LOINC) by which it is known how a person lives: PRAPARE and AHC HRSN ask it.</summary>
    public const string HousingCode = "71802-3";

    private const string Omb = "urn:oid:2.16.840.1.113883.6.238";
    private const string Snomed = "http://snomed.info/sct";
    private const string Core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";

    // Kinds that came later than others: months that were frozen before know nothing of them.
    private static readonly string[] Later = ["sexual_orientation", "housing"];

    // Two forms ask the question, and their answers are different codes.
    private static readonly Dictionary<string, string> Housings = new()
    {
        ["LA30189-7"] = "housed", ["LA31993-1"] = "housed", ["LA31994-9"] = "housing-at-risk", ["LA30190-5"] = "unhoused",
        ["LA31995-6"] = "unhoused", ["LA30122-8"] = "ASKU",
    };

    private static readonly (int From, string Code)[] Ages = [(65, "65-"), (45, "45-64"), (26, "26-44"), (18, "18-25"), (0, "0-17")];

    private int allKindsFrom;

    public Strata(EvaluationTable table) => Kinds =
    [
        Kind(
            "race",
            "Race",
            ("1002-5", Omb, "American Indian or Alaska Native"),
            ("2028-9", Omb, "Asian"),
            ("2054-5", Omb, "Black or African American"),
            ("2076-8", Omb, "Native Hawaiian or Other Pacific Islander"),
            ("2106-3", Omb, "White"),
            ("multiple", null, "More than one"),
            (Other, null, "Another")),
        Kind(
            "ethnicity",
            "Ethnicity",
            ("2135-2", Omb, "Hispanic or Latino"),
            ("2186-5", Omb, "Not Hispanic or Latino"),
            (Other, null, "Another")),
        Kind(
            "birth_sex",
            "Birth sex",
            ("F", "http://hl7.org/fhir/administrative-gender", "Female"),
            ("M", "http://hl7.org/fhir/administrative-gender", "Male"),
            (Other, null, "Another")),
        Kind(
            "gender_identity",
            "Gender identity",
            ("446141000124107", Snomed, "Identifies as female gender"),
            ("446151000124109", Snomed, "Identifies as male gender"),
            ("407377005", Snomed, "Female-to-male transsexual"),
            ("407376001", Snomed, "Male-to-female transsexual"),
            ("446131000124102", Snomed, "Identifies as non-conforming gender"),
            (Other, null, "Another")),
        Kind(
            "sexual_orientation",
            "Sexual orientation",
            ("20430005", Snomed, "Heterosexual"),
            ("38628009", Snomed, "Homosexual"),
            ("42035005", Snomed, "Bisexual"),
            (Other, null, "Another")),
        Kind("age", "Age", [.. Enumerable.Reverse(Ages).Select(band => (band.Code, (string?)null, band.Code))]),
        Kind(
            "language",
            "Language",
            [.. table.Languages.Select(code => (code, (string?)"urn:ietf:bcp:47", code)), (Other, null, "Another")]),
        Kind(
            "housing",
            "Housing",
            ("housed", null, "Has housing"),
            ("housing-at-risk", null, "Has housing, and may lose it"),
            ("unhoused", null, "Has no housing"),
            (Other, null, "Another")),
        Kind("district", "District", [.. table.Districts.Select(name => (name, (string?)null, name)), (Other, null, "Another")]),
        Kind(
            "response_model",
            "Response model",
            [.. ResponseModels.All.Select(model => (model, (string?)ResponseModels.CodeSystem, model))]),
    ];

    public IReadOnlyList<GroupKind> Kinds { get; }

    /// <summary>The kinds by which reports of a period tell people apart: those with which all its months were frozen.</summary>
    public IEnumerable<GroupKind> KindsOf(Period period) => !period.HasGroups ? []
        : Kinds.Where(kind => period.First >= allKindsFrom || !Later.Contains(kind.Code));

    /// <summary>Said once, before any report is made.</summary>
    /// <param name="month">The number of the first month that is frozen with all kinds.</param>
    public void KnowAllFrom(int month) => allKindsFrom = month;

    /// <summary>The codes of one person, in the order of the kinds.</summary>
    /// <param name="patient">An object with extension, birthDate, communication and address; undefined where nobody is known.</param>
    /// <param name="orientation">The code of what was said of it; null for nothing.</param>
    /// <param name="housing">The same.</param>
    /// <param name="day">On which the age counts.</param>
    /// <param name="model">The response model; null where it is not known.</param>
    public IReadOnlyList<string> Of(JsonElement patient, string? orientation, string? housing, DateOnly day, string? model) =>
    [
        .. new[]
        {
            Ombs(patient, "race"),
            Ombs(patient, "ethnicity"),
            patient.Extension(Core + "birthsex").Text("valueCode"),
            patient.Extension(Core + "genderIdentity").All("valueCodeableConcept.coding").FirstOrDefault().Text("code"),
            orientation,
            AgeOf(patient.Text("birthDate"), day),
            LanguageOf(patient),
            housing is null ? null : Housings.GetValueOrDefault(housing, housing),
            patient.Items("address").Select(address => address.Text("district")).FirstOrDefault(name => name is not null),
            model,
        }.Zip(Kinds, (code, kind) => Known(kind, code)),
    ];

    /// <summary>The code as reports have it.</summary>
    public static string Known(GroupKind kind, string? code) =>
        code is null or "UNK" or "ASKU" ? Unknown
        : kind.Groups.Any(group => group.Code == code) ? code
        : kind.Groups.Any(group => group.Code == Other) ? Other
        : Unknown;

    private static GroupKind Kind(string code, string display, params IReadOnlyList<(string, string?, string)> groups) =>
        new(code, display, [.. groups, (Unknown, "http://terminology.hl7.org/CodeSystem/data-absent-reason", "Not recorded")]);

    /// <summary>Who names several is of none of them alone.</summary>
    private static string? Ombs(JsonElement patient, string name)
    {
        var codes = patient.Extension(Core + name).Items("extension")
            .Where(part => part.Text("url") == "ombCategory")
            .Select(part => part.At("valueCoding").Text("code"))
            .OfType<string>()
            .Distinct()
            .ToList();
        return codes.Count > 1 ? "multiple" : codes.FirstOrDefault();
    }

    private static string? AgeOf(string? birthDate, DateOnly day)
    {
        if (!DateOnly.TryParseExact(birthDate, "yyyy-MM-dd", out var born) || born > day)
        {
            return null;
        }

        var years = born.YearsUntil(day);
        return Ages.First(band => years >= band.From).Code;
    }

    /// <summary>The one that is preferred, else the only one.</summary>
    private static string? LanguageOf(JsonElement patient)
    {
        var spoken = patient.Items("communication").ToList();
        var chosen = spoken.FirstOrDefault(item => item.At("preferred").ValueKind == JsonValueKind.True);
        chosen = chosen.ValueKind == JsonValueKind.Undefined && spoken.Count == 1 ? spoken[0] : chosen;
        return chosen.All("language.coding").Select(coding => coding.Text("code")).FirstOrDefault(code => code is not null)
            ?.Split('-')[0];
    }
}
