using System.Globalization;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>
/// Who may speak for whom, now: parents and guardians of a minor until she is of age, and whom a court or she herself has named
/// (45 CFR 164.502(g)). It is read from the RelatedPerson with each request, so that what is ended there has ended.
/// </summary>
internal sealed class Representation(SharingPolicy policy, InteropSettings settings)
{
    private const string RoleCodes = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

    // Of a minor.
    private static readonly HashSet<string> Parents =
    [
        "PRN", "MTH", "FTH", "NMTH", "NFTH", "NPRN", "ADOPTP", "ADOPTM", "ADOPTF", "STPPRN", "PRNFOST",
    ];

    // A guardian of a minor is none of the adult that she becomes: only one who was appointed after that.
    private const string Guardian = "GUARD";

    // Named by herself, for health care.
    private const string Attorney = "HPOWATT";

    /// <summary>The labels that the law keeps from who asks, beside those that no individual is shown.</summary>
    /// <param name="custodian">Id of the Organization whose record it is.</param>
    /// <param name="instant">UTC microseconds.</param>
    /// <exception cref="FhirException">
    /// 403: she is no patient of the agency, is too young, or nobody whom the asker may speak for.
    /// </exception>
    public long Withheld(ResourceRows rows, Individual individual, string custodian, long instant)
    {
        var born = BirthDateOf(rows, individual.Patient, custodian);
        var age = AgeAt(born, instant);
        if (individual.Representative is not { } representative)
        {
            return age is null || age >= policy.Minors.OwnAccessIn(settings.State)
                ? Labels.None
                : throw Refused("Who is as young as this has a parent or guardian ask for the record.");
        }

        var majority = born?.AddYears(policy.Minors.MajorityIn(settings.State));
        var isMinor = age < policy.Minors.MajorityIn(settings.State);
        if (!Speaks(rows, individual.Patient, representative, custodian, instant, isMinor, majority))
        {
            throw Refused("The RelatedPerson does not speak for this patient (any more).");
        }

        return isMinor ? policy.Minors.WithheldAt(age!.Value, settings.State) : Labels.None;
    }

    /// <summary>Whether she asks herself and is not of age: what she permits is for those who speak for her to say.</summary>
    public bool IsMinor(ResourceRows rows, Individual individual, string custodian, long instant) =>
        AgeAt(BirthDateOf(rows, individual.Patient, custodian), instant) < policy.Minors.MajorityIn(settings.State);

    /// <summary>Null where it is not known to the day.</summary>
    private static DateOnly? BirthDateOf(ResourceRows rows, string patient, string custodian)
    {
        if (rows.Find(new("Patient", patient)) is not { Deleted: false } stored || stored.Source != custodian)
        {
            throw Refused("The agency keeps no record of this patient.");
        }

        return TopLevel.Text(stored.Body.Span, "birthDate") is { } text
            && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var born)
                ? born
                : null;
    }

    /// <summary>In whole years.</summary>
    private int? AgeAt(DateOnly? born, long instant)
    {
        if (born is not { } day)
        {
            return null;
        }

        return day.YearsUntil(settings.DayAt(instant));
    }

    private static bool Speaks(
        ResourceRows rows,
        string patient,
        string representative,
        string custodian,
        long instant,
        bool isMinor,
        DateOnly? majority)
    {
        if (rows.Find(new("RelatedPerson", representative)) is not { Deleted: false } stored || stored.Source != custodian)
        {
            return false;
        }

        using var document = JsonDocument.Parse(stored.Body, FhirJson.Parsing);
        var related = document.RootElement;
        var codes = related.Items("relationship").SelectMany(relationship => relationship.Items("coding"))
            .Where(coding => coding.Text("system") == RoleCodes)
            .Select(coding => coding.Text("code"))
            .OfType<string>()
            .ToList();
        var (from, to) = FhirPeriod.Read(related, "period");
        return related.At("patient").Text("reference") == $"Patient/{patient}"
            && related.At("active").ValueKind == JsonValueKind.True
            && from <= instant && instant < to
            && (codes.Contains(Attorney)
                || (isMinor && (codes.Contains(Guardian) || codes.Any(Parents.Contains)))
                || (codes.Contains(Guardian) && majority is { } ofAge
                    && from >= Instants.ToMicroseconds(new DateTimeOffset(ofAge.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero))));
    }

    private static FhirException Refused(string why) => new(IssueCode.Forbidden, why);
}
