using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Forms;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Consents;

/// <summary>What a person said on the form, as far as a Consent is made of it.</summary>
/// <param name="Performer">Who said it: the person, or who may speak for her.</param>
/// <param name="Recipients">Organizations; none for everybody, where it is a refusal.</param>
/// <param name="Labels">The sharing tier and the sensitivities, as <c>system|code</c>.</param>
/// <param name="Purposes">v3-ActReason codes.</param>
/// <param name="From">
/// The instant since which it counts: a day alone would begin at noon UTC, when it has begun everywhere, and a device's clock is ahead.
/// </param>
/// <param name="End">The last day; null for none.</param>
/// <param name="Witness">Who heard it where it was spoken.</param>
internal sealed record ConsentAnswers(
    Form Form,
    ResourceKey Patient,
    ResourceKey Performer,
    string Authored,
    string From,
    bool IsPermit,
    IReadOnlyList<ResourceKey> Recipients,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Purposes,
    DateOnly? End,
    bool IsWritten,
    ResourceKey? Witness)
{
    private const int LongestYears = 1;
    private const string Permit = "http://hl7.org/fhir/consent-provision-type|permit";
    private const string Written = CrisisProfiles.Base + "/CodeSystem/consent-manner|written";

    /// <summary>Whether it is about what a substance-use programme keeps (42 CFR 2.31).</summary>
    public bool IsForPart2 => Labels.Any(label =>
        Sharing.Policy.Labels.Parse(label.Split('|')[1]) is { } bit && (bit & Sharing.Policy.Labels.SubstanceUse) != 0);

    /// <summary>The day on which it was said, as it was written.</summary>
    public DateOnly Day => DayOf(Authored)!.Value;

    /// <param name="document">A QuestionnaireResponse that was found valid.</param>
    /// <param name="place">Where it stands in the request, for issues.</param>
    /// <exception cref="FhirException">422 with all that does not fit.</exception>
    public static ConsentAnswers Read(byte[] document, string place, Caller caller, InteropSettings settings, DateTimeOffset now)
    {
        using var parsed = JsonDocument.Parse(document, FhirJson.Parsing);
        var root = parsed.RootElement;
        if (ConsentForm.Set.Of(root.Text("questionnaire")) is not { } form)
        {
            throw new FhirException(
                IssueCode.BusinessRule,
                $"The answers name the form with its version: {ConsentForm.Set.Known}.",
                $"{place}.questionnaire");
        }

        var (given, misfits) = FormFit.Read(form, root, place, isComplete: true);
        var answers = given.ToLookup(answer => answer.Item.LinkId);
        var issues = misfits.ToList();
        if (root.Text("status") is not ("completed" or "amended"))
        {
            Object($"{place}.status", "Only a form that is completed is filed.");
        }

        var patient = Local(root.At("subject"), settings);
        if (patient is not { Type: "Patient" })
        {
            Object($"{place}.subject", "The form is about one Patient of this server.");
        }

        var authored = root.Text("authored");
        if (authored is null || FhirPeriod.Start(authored) is not { } said || said > Instants.ToMicroseconds(now.AddMinutes(5)))
        {
            Object($"{place}.authored", "The form says when it was answered, and that is not to come.");
        }

        var isPermit = answers["decision"].Any(answer => FormItem.CodingOf(answer.Value) == Permit);
        var recipients = answers["recipient"]
            .Select(answer => (answer.Place, Key: Local(answer.Value.At("valueReference"), settings)))
            .ToList();
        foreach (var (at, _) in recipients.Where(recipient => recipient.Key is not { Type: "Organization" }))
        {
            Object($"{at}.valueReference", "A recipient is an Organization of this server.");
        }

        if (isPermit && recipients.Count == 0)
        {
            Object($"{place}.item", "The item recipient is required of what is permitted.");
        }

        var day = DayOf(authored);
        var end = answers["end"].Select(answer => DayOf(answer.Value.Text("valueDate"))).FirstOrDefault();
        foreach (var at in answers["end"].Select(answer => answer.Place)
            .Where(_ => end is null || end < day || (isPermit && end > YearAfter(day))))
        {
            Object($"{at}.valueDate", "The end is a day after the answers; of what is permitted, within a year.");
        }

        var isWritten = answers["manner"].Any(answer => FormItem.CodingOf(answer.Value) == Written);
        var witness = answers["witness"].Select(answer => Local(answer.Value.At("valueReference"), settings)).FirstOrDefault();
        var labels = answers["tier"].Concat(answers["sensitive"]).Select(answer => FormItem.CodingOf(answer.Value)).ToList();
        var made = new ConsentAnswers(
            form,
            patient ?? default,
            Local(root.At("source"), settings) is { Type: "Patient" or "RelatedPerson" } source ? source : patient ?? default,
            authored ?? string.Empty,
            HasTime(authored) && FhirPeriod.Start(authored) <= Instants.ToMicroseconds(now) ? authored! : now.ToDateTimeText(),
            isPermit,
            [.. recipients.Select(recipient => recipient.Key).OfType<ResourceKey>()],
            labels,
            [.. answers["purpose"].Select(answer => answer.Value.At("valueCoding").Text("code")).OfType<string>()],
            end ?? (isPermit ? YearAfter(day)?.AddDays(-1) : null),
            isWritten,
            witness);
        if (isPermit && !isWritten && answers["manner"].FirstOrDefault()?.Place is { } spoken)
        {
            CheckSpoken(spoken);
        }

        return issues.Count == 0
            ? made
            : throw new FhirException(422, issues);

        void Object(string at, string rule) => issues.Add(new(IssueSeverity.Error, "business-rule", rule, at));

        void CheckSpoken(string at)
        {
            if (!settings.TakesVerbalConsent)
            {
                Object(at, "This site takes what is permitted in writing only (Interop:VerbalConsent).");
            }

            if (made.IsForPart2)
            {
                Object(at, "What a substance-use programme keeps is permitted in writing only (42 CFR 2.31(a)(8)).");
            }

            var writers = new[] { Local(root.At("author"), settings)?.ToString(), $"Practitioner/{caller.Practitioner}" };
            if (answers["witness"].FirstOrDefault()?.Place is { } heard
                && (witness is not { Type: "Practitioner" or "RelatedPerson" } || writers.Contains(witness.ToString())))
            {
                Object(
                    $"{heard}.valueReference",
                    "The witness is a Practitioner or RelatedPerson of this server, and not who writes it down.");
            }
        }
    }

    private static bool HasTime(string? text) => text?.Contains('T', StringComparison.Ordinal) == true;

    /// <summary>Null also where the calendar has no such day.</summary>
    private static DateOnly? YearAfter(DateOnly? day) =>
        day is { } from && from.Year + LongestYears <= DateOnly.MaxValue.Year ? from.AddYears(LongestYears) : null;

    private static DateOnly? DayOf(string? text) => text is { Length: >= 10 }
        && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static ResourceKey? Local(JsonElement reference, InteropSettings settings) =>
        reference.Text("reference") is { } literal && settings.Bases.Read(literal) is ReferenceReading.Local { Key: var key } ? key : null;
}
