using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Workflows;
using Interop.Sharing.Redaction;

namespace Interop.Server.Operations;

/// <summary>
/// The fixed form of a crisis summary (https://hl7.org/fhir/R4/documents.html): a Composition, one Patient, a fixed number of
/// safety Flags and one CarePlan. What the person did not share, or does not have, is filled with general advice.
/// </summary>
/// <param name="Secret">Makes the ids of the filled-in parts: the same incident gives the same ids.</param>
/// <param name="Instant">UTC microseconds.</param>
internal sealed record SummaryDocument(ReadOnlyMemory<byte> Secret, string Incident, string Custodian, string BaseUrl, long Instant)
{
    private const int Flags = 3;
    private const string GeneralAdvice = "Approach calmly, one person speaking, no sudden movements. Ask what helps. Call the clinician on duty.";
    private const string NoAlert = "No safety alert is shared. This does not mean that there is none.";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    public Disclosure Compose(Disclosure? patient, IReadOnlyList<Disclosure> flags, Disclosure? plan)
    {
        var parts = new List<Disclosure> { patient ?? Filler("Patient", 0, person => person.Boolean("active", true)) };
        var subject = parts[0].Key.ToString();
        parts.AddRange(flags.Take(Flags));
        for (var number = parts.Count - 1; number < Flags; number++)
        {
            parts.Add(Filler("Flag", number, flag => flag
                .Text("status", "active")
                .Object("code", code => code.Text("text", NoAlert))
                .Reference("subject", subject)));
        }

        parts.Add(plan ?? Filler("CarePlan", 0, advice => advice
            .Text("status", "active")
            .Text("intent", "plan")
            .Reference("subject", subject)
            .One(
                "activity",
                activity => activity.Object("detail", detail => detail.Text("status", "not-started").Text("description", GeneralAdvice)))));
        return Redactor.Compose(KeyOf("Bundle", 0), Instant, BaseUrl, Composition(parts), parts);
    }

    private byte[] Composition(List<Disclosure> parts) =>
        FhirWriter.Resource("Composition", KeyOf("Composition", 0).Id, composition => composition
        // Not to be reused, and to be deleted after use: the agreement binds the agency to both.
        .Object("meta", meta => meta.Codings("security", new(ActCode, "NOREUSE"), new(ActCode, "DELAU")))
        .Text("status", "final")
        .Concept("type", new("http://loinc.org", "60591-5"))
        .Reference("subject", parts[0].Key.ToString())
        .Text("date", Instants.ToText(Instant))
        .References("author", $"Organization/{Custodian}")
        .Text("title", "Crisis summary for use on scene")
        .Each("section", Sections, section => composition
            .Text("title", section.Title)
            .Object("text", text => text
                .Text("status", "generated")
                .Text("div", $"<div xmlns=\"http://www.w3.org/1999/xhtml\">{section.Text}</div>"))
            .References("entry", [.. parts.Where(part => part.Key.Type == section.Type).Select(part => part.Key.ToString())])));

    private static readonly (string Title, string Text, string Type)[] Sections =
    [
        ("Person", "Name, language and how to reach the person, as far as shared.", "Patient"),
        ("Safety", "Alerts that the person or the team shares.", "Flag"),
        ("Approach", GeneralAdvice, "CarePlan"),
        ("Who to call", "The clinician on duty of the crisis programme.", string.Empty),
    ];

    private Disclosure Filler(string type, int number, Action<FhirWriter> body)
    {
        var key = KeyOf(type, number);
        return Redactor.Nobody(key, Instant, FhirWriter.Resource(type, key.Id, body));
    }

    private ResourceKey KeyOf(string type, int number) => new(type, NameBasedId.Of(Secret.Span, $"summary|{Incident}|{type}|{number}"));
}
