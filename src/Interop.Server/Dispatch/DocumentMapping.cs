using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Dispatch.Eido;

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

    private static readonly Code VeryRestricted = new("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "V", "very restricted");

    /// <summary>The message that a DocumentReference of this mapping carries, byte for byte; null for any other document.</summary>
    public static ReadOnlyMemory<byte>? MessageIn(ReadOnlyMemory<byte> documentReference)
    {
        using var document = JsonDocument.Parse(documentReference, ResourceDocument.Options);
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

    internal static IEnumerable<MappedResource> Map(IncidentFacts facts)
    {
        foreach (var message in facts.Messages)
        {
            yield return IncidentFacts.Resource(MessageKey(facts, message), writer => Write(
                writer, facts, "eido-message", (HashSystem, message.Hash), message.Updated, "application/json", message.Raw));
        }

        var notes = facts.Messages.SelectMany(message => message.Notes)
            .GroupBy(note => note.Id)
            .Select(versions => versions.Last())
            .OrderBy(note => note.Id, StringComparer.Ordinal);
        foreach (var note in notes)
        {
            var text = Encoding.UTF8.GetBytes(PlainText(note.Html));
            yield return IncidentFacts.Resource(facts.Key("DocumentReference", $"note|{note.Id}"), writer => Write(
                writer, facts, "eido-note", ("urn:interop:eido-note", note.Id), note.Updated, "text/plain", text));
        }
    }

    private static void Write(
        FhirWriter writer,
        IncidentFacts facts,
        string kind,
        (string System, string Value) identifier,
        EidoTime date,
        string contentType,
        ReadOnlyMemory<byte> content)
    {
        writer.Object("meta", meta => meta.Codings("security", VeryRestricted))
            .Identifier(identifier.System, identifier.Value)
            .Text("status", "current")
            .Concept("type", new(KindSystem, kind))
            .Reference("subject", facts.Patient(0).ToString())
            .Text("date", date.Text)
            .Reference("custodian", facts.Custodian)
            .Concepts("securityLabel", VeryRestricted)
            .One("content", part => part.Object("attachment", attachment => WriteAttachment(attachment, contentType, content.Span)));
        string[] encounters = [.. facts.Episodes.Select(episode => facts.Encounter(0, episode).ToString())];
        string[] others = [.. Enumerable.Range(0, facts.Patients.Count).Skip(1).Select(it => facts.Patient(it).ToString())];
        if (encounters.Length + others.Length > 0)
        {
            writer.Object("context", context => context.References("encounter", encounters).References("related", others));
        }
    }

    private static void WriteAttachment(FhirWriter attachment, string contentType, ReadOnlySpan<byte> content)
    {
        attachment.Text("contentType", contentType)
            .Text("data", Convert.ToBase64String(content))
            .Number("size", content.Length);
    }

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
