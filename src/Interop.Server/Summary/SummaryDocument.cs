using System.Globalization;
using System.Text;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Sharing.Redaction;

namespace Interop.Server.Summary;

/// <summary>
/// A crisis summary in its fixed form (https://hl7.org/fhir/R4/documents.html): a Composition, one Patient, a fixed number of safety
/// Flags and one CarePlan. Of a person it holds what was disclosed to the caller and nothing else; what is not shared, or not there, is
/// filled with general advice. Its version is a function of its bytes.
/// </summary>
internal sealed class SummaryDocument
{
    private const int Flags = 3;
    private const string GeneralAdvice = "Approach calmly, one person speaking, no sudden movements. Ask what helps. Call the clinician on duty.";
    private const string NoAlert = "No safety alert is shared. This does not mean that there is none.";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    private static readonly (string Title, string Text, string Type)[] Sections =
    [
        ("Person", "Name, language and how to reach the person, as far as shared.", "Patient"),
        ("Safety", "Alerts that the person or the team shares.", "Flag"),
        ("Approach", GeneralAdvice, "CarePlan"),
        ("Who to call", "The clinician on duty of the crisis programme.", string.Empty),
    ];

    private readonly SummaryFrame frame;
    private readonly List<Part> parts = [];

    private SummaryDocument(SummaryFrame frame, Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan)
    {
        this.frame = frame;
        parts.Add(Shown(patient) ?? Filler("Patient", 0, person => person.Boolean("active", true)));
        var subject = parts[0].Key.ToString();
        parts.AddRange(flags.Take(Flags).Select(flag => Shown(flag)!));
        for (var number = parts.Count - 1; number < Flags; number++)
        {
            parts.Add(Filler("Flag", number, flag => flag
                .Text("status", "active")
                .Object("code", code => code.Text("text", NoAlert))
                .Reference("subject", subject)));
        }

        parts.Add(Shown(plan) ?? Filler("CarePlan", 0, advice => advice
            .Text("status", "active")
            .Text("intent", "plan")
            .Reference("subject", subject)
            .One(
                "activity",
                activity => activity.Object("detail", detail => detail.Text("status", "not-started").Text("description", GeneralAdvice)))));
        parts.Insert(0, new(KeyOf("Composition", 0), Composition()));
        Body = Bundle();
    }

    /// <summary>The document Bundle in UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    public static SummaryDocument Compose(SummaryFrame frame, Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan) =>
        new(frame, patient, flags, plan);

    private byte[] Bundle()
    {
        var key = KeyOf("Bundle", 0);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"resourceType\":\"Bundle\",\"id\":\"{key.Id}\",\"identifier\":{{");
        text.Append(CultureInfo.InvariantCulture, $"\"system\":\"urn:ietf:rfc:3986\",\"value\":\"{frame.BaseUrl}/{key}\"}},");
        text.Append("\"type\":\"document\",");
        var time = ResourceJson.Instant(Instants.ToDateTimeOffset(frame.Instant));
        text.Append(CultureInfo.InvariantCulture, $"\"timestamp\":\"{time}\",\"entry\":[");
        text.AppendJoin(',', parts.Select(part =>
            $"{{\"fullUrl\":\"{frame.BaseUrl}/{part.Key}\",\"resource\":{Encoding.UTF8.GetString(part.Body.Span)}}}"));
        text.Append("]}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private byte[] Composition() =>
        FhirWriter.Resource("Composition", KeyOf("Composition", 0).Id, composition => composition
        // Not to be reused, and to be deleted after use: the agreement binds the agency to both.
        .Object("meta", meta => meta.Codings("security", new(ActCode, "NOREUSE"), new(ActCode, "DELAU")))
        .Text("status", "final")
        .Concept("type", new("http://loinc.org", "60591-5"))
        .Reference("subject", parts[0].Key.ToString())
        .Text("date", Instants.ToText(frame.Instant))
        // A document holds what its Composition refers to by an address (https://hl7.org/fhir/R4/documents.html#content); the parts are
        // fixed and the programme is none of them, so its address identifies it.
        .One("author", author => author
            .Text("type", "Organization")
            .Object("identifier", identifier => identifier
                .Text("system", "urn:ietf:rfc:3986")
                .Text("value", $"{frame.BaseUrl}/Organization/{frame.Custodian}")))
        .Text("title", "Crisis summary for use on scene")
        .Each("section", Sections, section => composition
            .Text("title", section.Title)
            .Object("text", text => text
                .Text("status", "generated")
                .Text("div", $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{section.Text}</div>"))
            .References("entry", [.. parts.Where(part => part.Key.Type == section.Type).Select(part => part.Key.ToString())])));

    private static Part? Shown(Disclosure? disclosure) => disclosure is null ? null : new(disclosure.Key, disclosure.Body);

    private Part Filler(string type, int number, Action<FhirWriter> body)
    {
        var key = KeyOf(type, number);
        return new(key, FhirWriter.Resource(type, key.Id, body));
    }

    private ResourceKey KeyOf(string type, int number) =>
        new(type, NameBasedId.Of(frame.Secret.Span, $"summary|{frame.Incident}|{type}|{number}"));

    private sealed record Part(ResourceKey Key, ReadOnlyMemory<byte> Body);
}

/// <summary>What a summary is made for.</summary>
/// <param name="Secret">Makes the ids of the filled-in parts: the same incident gives the same ids.</param>
/// <param name="Instant">UTC microseconds.</param>
internal sealed record SummaryFrame(ReadOnlyMemory<byte> Secret, string Incident, string Custodian, string BaseUrl, long Instant);
