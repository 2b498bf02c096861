using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;
using Interop.Server.Http;

namespace Interop.Server.Dispatch;

/// <summary>
/// The message itself and the dispatcher's notes, very restricted. Nothing is read out of a note into codes, and its HTML is
/// reduced to plain text, so that no page can run it.
/// </summary>
public static partial class DocumentMapping
{
    private const string KindSystem = "https://interop.example/fhir/CodeSystem/cad-document";

    /// <summary>The identifier system of a message's SHA-256 in lower-case hexadecimal.</summary>
    public const string HashSystem = "urn:interop:eido-sha256";

    private static readonly Coding VeryRestricted = new("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "V", "very restricted");

    /// <summary>The message that a DocumentReference of this mapping carries, byte for byte; null for any other document.</summary>
    public static ReadOnlyMemory<byte>? MessageIn(ReadOnlyMemory<byte> documentReference)
    {
        using var document = JsonDocument.Parse(documentReference, FhirJson.Parsing);
        var root = document.RootElement;
        return root.TryGetProperty("identifier", out var identifiers)
            && identifiers.EnumerateArray().Any(it => it.TryGetProperty("system", out var system) && system.ValueEquals(HashSystem))
            && root.TryGetProperty("content", out var content)
            && content[0].GetProperty("attachment").TryGetProperty("data", out var data)
                ? data.GetBytesFromBase64()
                : null;
    }

    internal static ResourceKey MessageKey(IncidentFacts facts, EidoMessage message) =>
        facts.Key("DocumentReference", $"message|{message.Hash}");

    internal static IEnumerable<DocumentReference> Map(IncidentFacts facts)
    {
        foreach (var message in facts.Messages)
        {
            var key = MessageKey(facts, message);
            yield return Of(
                facts, key, "eido-message", new(HashSystem, message.Hash), message.Updated, "application/json", message.Raw.ToArray());
        }

        var notes = facts.Messages.SelectMany(message => message.Notes)
            .GroupBy(note => note.Id)
            .Select(versions => versions.Last())
            .OrderBy(note => note.Id, StringComparer.Ordinal);
        foreach (var note in notes)
        {
            var key = facts.Key("DocumentReference", $"note|{note.Id}");
            var text = Encoding.UTF8.GetBytes(PlainText(note.Html));
            yield return Of(facts, key, "eido-note", new("urn:interop:eido-note", note.Id), note.Updated, "text/plain", text);
        }
    }

    private static DocumentReference Of(
        IncidentFacts facts, ResourceKey key, string kind, Identifier name, EidoTime date, string contentType, byte[] content) => new()
        {
            Id = key.Id,
            Meta = new() { Security = [VeryRestricted] },
            Identifier = [name],
            Status = DocumentReferenceStatus.Current,
            Type = new(KindSystem, kind),
            Subject = facts.Patient(0).ToReference(),
            DateElement = new() { JsonValue = date.Text },
            Custodian = facts.Custodian,
            SecurityLabel = [VeryRestricted.ToConcept()],
            Content =
            [
                // Size alone would be R5's integer64, which JSON writes as a text.
                new() { Attachment = new() { ContentType = contentType, Data = content, SizeElement = new UnsignedInt(content.Length) } },
            ],
            Context = new()
            {
                Encounter = [.. facts.Episodes.Select(episode => facts.Encounter(0, episode).ToReference())],
                Related = [.. Enumerable.Range(0, facts.Patients.Count).Skip(1).Select(it => facts.Patient(it).ToReference())],
            },
        };

    private static string PlainText(string html)
    {
        var withoutScripts = Scripts().Replace(html, " ");
        var withoutTags = Tags().Replace(withoutScripts, " ");
        var text = Spaces().Replace(WebUtility.HtmlDecode(withoutTags), " ").Trim();
        return text.Length == 0 ? "(empty note)" : text;
    }

    [GeneratedRegex(@"<(script|style)\b.*?(</\1\s*>|\z)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex(@"<[^>]*(>|\z)")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
