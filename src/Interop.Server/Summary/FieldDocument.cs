using System.Net;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Summary;

/// <summary>
/// A summary for the team in the field (https://hl7.org/fhir/R4/documents.html): a Composition whose sections tell in lines what their
/// entries say. What does not fit is named by its number: it is in the record.
/// </summary>
internal sealed class FieldDocument : IOwnAnswer
{
    public const int MostBytes = 20_000;

    // For the Composition's frame and the Bundle's.
    private const int Frame = 2_500;

    // An entry's frame and its reference in the Composition.
    private const int Around = 220;

    private readonly FieldFrame frame;
    private readonly List<(string Title, List<Disclosure> Shown, List<string> Lines)> sections = [];

    public FieldDocument(FieldFrame frame, Disclosure person, IReadOnlyList<FieldSection> found)
    {
        this.frame = frame;
        var left = MostBytes - Frame - person.Body.Length - Around;
        Add("Person", [person], SummaryWords.Of(person.Body) is { } words ? [words] : []);
        foreach (var section in found)
        {
            var (shown, lines) = (new List<Disclosure>(), new List<string>());
            foreach (var resource in section.Found)
            {
                var line = SummaryWords.Of(resource.Body);
                var size = resource.Body.Length + Around + (line is null ? 0 : WebUtility.HtmlEncode(line).Length + 9);
                if (size <= left)
                {
                    left -= size;
                    shown.Add(resource);
                    lines.AddRange(line is null ? [] : [line]);
                }
            }

            var missing = section.Total - shown.Count;
            lines.Add(missing > 0 ? $"{missing} more in the record." : shown.Count == 0 ? "Nothing is known here." : string.Empty);
            Add(section.Title, shown, lines);
        }

        Add("Who to call", [], [SummaryWords.OnDuty(frame.DutyPhone)]);
        Json = Bundle();

        void Add(string title, List<Disclosure> shown, List<string> lines) =>
            sections.Add((title, shown, [.. lines.Where(line => line.Length > 0)]));
    }

    public ReadOnlyMemory<byte> Json { get; }

    public DateTimeOffset? Expires => frame.Expires;

    /// <summary>What of the record is in it.</summary>
    public IReadOnlyList<Disclosure> Shown => [.. sections.SelectMany(section => section.Shown)];

    private byte[] Bundle()
    {
        var (id, composition) = (Guid.NewGuid().ToString(), Composition());
        return DocumentBundle.Of(
            id,
            $"urn:uuid:{id}",
            frame.Instant,
            Shown.DistinctBy(shown => shown.Key).Select(shown => ($"{frame.BaseUrl}/{shown.Key}", shown.Body))
                .Prepend(($"urn:uuid:{composition.Id}", AuthoredJson.Of(composition))));
    }

    private Composition Composition() => new()
    {
        Id = Guid.NewGuid().ToString(),
        Meta = new() { Security = [new("http://terminology.hl7.org/CodeSystem/v3-ActCode", "DELAU")] },
        Status = CompositionStatus.Final,
        Type = new("http://loinc.org", "60591-5"),
        Subject = AddressOf(frame.Patient),
        Date = Instants.ToText(frame.Instant),
        Author =
        [
            new() { Type = "Organization", Identifier = new("urn:ietf:rfc:3986", $"{frame.BaseUrl}/Organization/{frame.Custodian}") },
        ],
        Title = "Crisis summary for the team in the field",
        Section =
        [
            .. sections.Select(section => new Composition.SectionComponent
            {
                Title = section.Title,
                Text = new() { Status = Narrative.NarrativeStatus.Generated, Div = SummaryWords.Div(section.Lines) },
                Entry = [.. section.Shown.Select(shown => AddressOf(shown.Key))],
            }),
        ],
    };

    // The Composition has no address of this server, so that relative references of its own would lead nowhere.
    private ResourceReference AddressOf(ResourceKey key) => new($"{frame.BaseUrl}/{key}");
}

/// <summary>What a field summary is made for.</summary>
/// <param name="DutyPhone">As it is to be read; null where the site has named none.</param>
/// <param name="Instant">UTC microseconds.</param>
/// <param name="Expires">Until when it may be kept.</param>
internal sealed record FieldFrame(
    ResourceKey Patient, string BaseUrl, string Custodian, string? DutyPhone, long Instant, DateTimeOffset Expires);

/// <summary>What belongs into one section.</summary>
/// <param name="Found">Most important first, as many as a section shows.</param>
/// <param name="Total">How many there are for this caller.</param>
internal sealed record FieldSection(string Title, IReadOnlyList<Disclosure> Found, int Total);
