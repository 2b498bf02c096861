using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Summary;

/// <summary>
/// A crisis summary in its fixed form (https://hl7.org/fhir/R4/documents.html): a Composition, one Patient, a fixed number of safety
/// Flags and one CarePlan. Of a person it holds what was disclosed to the caller and nothing else; what is not shared, or not there, is
/// filled with general advice. Its version is a function of its bytes.
/// </summary>
internal sealed class SummaryDocument : IOwnAnswer
{
    /// <summary>Documents are filled up to a multiple of this.</summary>
    private const int SizeClass = 16 * 1024;

    private const int Flags = 3;
    private const string GeneralAdvice =
        "Approach calmly, one person speaking, no sudden movements. Ask what helps. Call the clinician on duty.";
    private const string NoAlert = "No safety alert is shared. This does not mean that there is none.";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    private const string NoFurtherAlert = "No further safety alert is shared.";

    private readonly SummaryFrame frame;
    private readonly List<Part> parts = [];

    private SummaryDocument(SummaryFrame frame, Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan)
    {
        this.frame = frame;

        // Officers are where the person is; where somebody lives is not theirs to learn from this.
        parts.Add(patient is not null
            ? new(patient.Key, TopLevel.Remove(patient.Body.Span, "address"))
            : Filled(new Patient { Id = IdOf("Patient", 0), Active = true }));
        var subject = parts[0].Key;
        parts.AddRange(flags.Take(Flags).Select(flag => Shown(flag)!));
        for (var number = parts.Count - 1; number < Flags; number++)
        {
            parts.Add(Filled(new Flag
            {
                Id = IdOf("Flag", number),
                Status = Flag.FlagStatus.Active,
                Code = new() { Text = flags.Count > 0 ? NoFurtherAlert : NoAlert },
                Subject = subject.ToReference(),
            }));
        }

        parts.Add(Shown(plan) ?? Filled(new CarePlan
        {
            Id = IdOf("CarePlan", 0),
            Status = RequestStatus.Active,
            Intent = CarePlan.CarePlanIntent.Plan,
            Subject = subject.ToReference(),
            Activity = [new() { Detail = new() { Status = CarePlan.CarePlanActivityStatus.NotStarted, Description = GeneralAdvice } }],
        }));
        parts.Insert(0, Filled(Composition(subject)));
        Json = Padded(Bundle());
    }

    /// <summary>The document Bundle in UTF-8 JSON, filled up with spaces, so that its length says nothing.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    public static SummaryDocument Compose(SummaryFrame frame, Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan) =>
        new(frame, patient, flags, plan);

    private byte[] Bundle()
    {
        var id = IdOf("Bundle", 0);
        return DocumentBundle.Of(
            id, $"{frame.BaseUrl}/Bundle/{id}", frame.Instant, parts.Select(part => ($"{frame.BaseUrl}/{part.Key}", part.Body)));
    }

    private static byte[] Padded(byte[] document)
    {
        var padded = new byte[(document.Length + SizeClass - 1) / SizeClass * SizeClass];
        padded.AsSpan().Fill((byte)' ');
        document.CopyTo(padded, 0);
        return padded;
    }

    private Composition Composition(ResourceKey subject) => new()
    {
        Id = IdOf("Composition", 0),

        // Not to be reused, and to be deleted after use: the agreement binds the agency to both.
        Meta = new() { Security = [new(ActCode, "NOREUSE"), new(ActCode, "DELAU")] },
        Status = CompositionStatus.Final,
        Type = new("http://loinc.org", "60591-5"),
        Subject = subject.ToReference(),
        Date = Instants.ToText(frame.Instant),

        // A document holds what its Composition refers to by an address (https://hl7.org/fhir/R4/documents.html#content); the parts are
        // fixed and the programme is none of them, so its address identifies it.
        Author =
        [
            new() { Type = "Organization", Identifier = new("urn:ietf:rfc:3986", $"{frame.BaseUrl}/Organization/{frame.Custodian}") },
        ],
        Title = "Crisis summary for use on scene",
        Section =
        [
            Section("Person", "Patient", "Name, language and how to reach the person are not shared."),
            Section("Safety", "Flag", NoAlert),
            Section("Approach", "CarePlan", GeneralAdvice),
            Section("Who to call", string.Empty, SummaryWords.OnDuty(frame.DutyPhone)),
        ],
    };

    /// <summary>What its parts say, in lines; words where they say nothing.</summary>
    private Composition.SectionComponent Section(string title, string type, string otherwise)
    {
        var own = parts.Where(part => part.Key.Type == type).ToList();
        var lines = own.Select(part => SummaryWords.Of(part.Body)).OfType<string>().Distinct().ToList();
        return new()
        {
            Title = title,
            Text = new() { Status = Narrative.NarrativeStatus.Generated, Div = SummaryWords.Div(lines.Count > 0 ? lines : [otherwise]) },
            Entry = [.. own.Select(part => part.Key.ToReference())],
        };
    }

    private static Part? Shown(Disclosure? disclosure) => disclosure is null ? null : new(disclosure.Key, disclosure.Body);

    private static Part Filled(Resource resource) => new(new(resource.TypeName, resource.Id!), AuthoredJson.Of(resource));

    private string IdOf(string type, int number) => NameBasedId.Of(frame.Secret.Span, $"summary|{frame.Incident}|{type}|{number}");

    private sealed record Part(ResourceKey Key, ReadOnlyMemory<byte> Body);
}

/// <summary>What a summary is made for.</summary>
/// <param name="Secret">Makes the ids of the filled-in parts: the same incident gives the same ids.</param>
/// <param name="Instant">UTC microseconds.</param>
/// <param name="DutyPhone">Of the clinician on duty, as it is to be read; null where the site has named none.</param>
internal sealed record SummaryFrame(
    ReadOnlyMemory<byte> Secret, string Incident, string Custodian, string BaseUrl, long Instant, string? DutyPhone);
