using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>What becomes of a stored Task when a party that sees a part of it sends that part back, changed.</summary>
/// <param name="Body">The stored Task with the allowed changes; every other byte as stored.</param>
internal sealed record TaskChange(byte[] Body, IReadOnlyList<Issue> Issues)
{
    private const string Note = "note";

    /// <summary>
    /// Elements of the fulfilling side (<see cref="ReferralStates.ChangeableElements"/>) are taken from what was sent; one that is
    /// left out goes, if the party saw it. Any other element must stand as the party sees it, or be left out.
    /// </summary>
    /// <param name="stored">The whole Task.</param>
    /// <param name="view">The Task as the party sees it.</param>
    /// <param name="sent">What the party sent: validated, and of the same id.</param>
    /// <param name="writer">Id of the party's Organization.</param>
    public static TaskChange Apply(
        ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> view, ReadOnlyMemory<byte> sent, string writer)
    {
        using var seen = JsonDocument.Parse(view, FhirJson.Parsing);
        using var wanted = JsonDocument.Parse(sent, FhirJson.Parsing);
        var body = stored.ToArray();
        var issues = new List<Issue>();
        foreach (var property in wanted.RootElement.EnumerateObject())
        {
            if (property.Name is "resourceType" or "id" or "meta" or "text")
            {
                continue;
            }

            var isSame = seen.RootElement.TryGetProperty(property.Name, out var shown) && JsonElement.DeepEquals(shown, property.Value);
            if (isSame)
            {
                continue;
            }

            if (!ReferralStates.ChangeableElements.Contains(property.Name))
            {
                issues.Add(
                    new(IssueSeverity.Error, "business-rule", "A party to a Task may not change this element.", $"Task.{property.Name}"));
                continue;
            }

            if (property.Name == Note)
            {
                body = TopLevel.Replace(body, Note, Notes(body, property.Value, writer));
                continue;
            }

            body = TopLevel.Replace(
                body,
                property.Name,
                Merged(TopLevel.Value(body, property.Name), property.Value, isShown: shown.ValueKind != JsonValueKind.Undefined));
        }

        foreach (var name in ReferralStates.ChangeableElements.Where(name => name is not ("status" or "owner")))
        {
            if (seen.RootElement.TryGetProperty(name, out _) && !wanted.RootElement.TryGetProperty(name, out _))
            {
                body = name == Note ? TopLevel.Replace(body, Note, Notes(body, default, writer)) : TopLevel.Remove(body, name);
            }
        }

        return new(TopLevel.Value(body, Note).SequenceEqual("[]"u8) ? TopLevel.Remove(body, Note) : body, issues);
    }

    /// <summary>
    /// A party sees and changes its own notes only: the others stay, and what it writes without saying who, it says itself.
    /// </summary>
    private static byte[] Notes(ReadOnlyMemory<byte> stored, JsonElement sent, string writer)
    {
        var organization = $"Organization/{writer}";
        using var document = JsonDocument.Parse(stored, FhirJson.Parsing);
        var others = document.RootElement.Items(Note).Where(note => AuthorOf(note) != organization).Select(note => note.GetRawText());
        var own = sent.ValueKind != JsonValueKind.Array ? [] : sent.EnumerateArray().Select(Signed);
        return Encoding.UTF8.GetBytes($"[{string.Join(',', others.Concat(own))}]");

        string Signed(JsonElement note) => AuthorOf(note) is null && note.Text("authorString") is null
            ? Encoding.UTF8.GetString(TopLevel.Replace(
                Encoding.UTF8.GetBytes(note.GetRawText()),
                "authorReference",
                Encoding.UTF8.GetBytes($$"""{"reference":"{{organization}}"}""")))
            : note.GetRawText();

        static string? AuthorOf(JsonElement note) => note.At("authorReference").Text("reference");
    }

    /// <summary>A list that the party could not see is added to, never replaced: what it could not see is not its to remove.</summary>
    private static byte[] Merged(ReadOnlySpan<byte> stored, JsonElement sent, bool isShown)
    {
        var raw = JsonMarshal.GetRawUtf8Value(sent);
        return !isShown && sent.ValueKind == JsonValueKind.Array && stored.Length > 0 && stored[0] == (byte)'['
            ? [.. stored[..^1], (byte)',', .. raw[1..]]
            : raw.ToArray();
    }
}
