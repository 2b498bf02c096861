using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.EarlyIntervention;

/// <summary>A stored prediction, and what may change of it: its status, and one more note that says why.</summary>
internal sealed class PredictionBody(ReadOnlyMemory<byte> stored)
{
    private const int Shortest = 10;
    private const int Longest = 1_000;

    private static readonly string[] Changing = ["meta", "status", "note"];

    public string Status => TopLevel.Text(stored.Span, "status") ?? string.Empty;

    public bool IsDraft => Predictions.Is(stored) && Status == Predictions.Draft;

    /// <summary>The text of the last note.</summary>
    public string? Reason => Notes(stored).LastOrDefault() is { } last ? Read(last, note => note.Text("text")) : null;

    /// <summary>Moved on by the server itself.</summary>
    public byte[] Moved(string status, string reason, long instant) => WithNote(
        TopLevel.Replace(stored.Span, "status", JsonSerializer.SerializeToUtf8Bytes(status)),
        json => json.WriteString("authorString", "Interop"),
        reason,
        instant);

    /// <summary>As somebody sent it, with who she is and when it was.</summary>
    public byte[] Signed(string practitioner, long instant)
    {
        var notes = Notes(stored);
        return WithNote(
            Joined(TopLevel.Remove(stored.Span, "note"), notes[..^1]),
            json =>
            {
                json.WriteStartObject("authorReference");
                json.WriteString("reference", $"Practitioner/{practitioner}");
                json.WriteEndObject();
            },
            Reason!,
            instant);
    }

    /// <summary>Whether nothing else differs from what it was than the status and one more note of a fit length.</summary>
    public bool IsDecisionOn(ReadOnlyMemory<byte> before)
    {
        var (had, has) = (Notes(before), Notes(stored));
        return has.Count == had.Count + 1
            && had.Zip(has).All(pair => pair.First == pair.Second || IsSame(pair.First, pair.Second))
            && Reason?.Trim().Length is >= Shortest and <= Longest
            && IsSame(Rest(before), Rest(stored));
    }

    private static byte[] WithNote(byte[] body, Action<Utf8JsonWriter> author, string text, long instant) => Joined(
        body,
        [
            .. Notes(body),
            System.Text.Encoding.UTF8.GetString(FhirJson.Write(json =>
            {
                json.WriteStartObject();
                author(json);
                json.WriteString("time", Instants.ToText(instant));
                json.WriteString("text", text);
                json.WriteEndObject();
            })),
        ]);

    private static byte[] Joined(byte[] body, IReadOnlyList<string> notes) => notes.Count == 0
        ? TopLevel.Remove(body, "note")
        : TopLevel.Replace(body, "note", System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', notes)}]"));

    private static List<string> Notes(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        return [.. document.RootElement.Items("note").Select(note => note.GetRawText())];
    }

    /// <summary>All but what may change, and what each version has of its own.</summary>
    private static string Rest(ReadOnlyMemory<byte> body) => System.Text.Encoding.UTF8.GetString(
        Changing.Aggregate(body.ToArray(), (rest, name) => TopLevel.Remove(rest, name)));

    private static bool IsSame(string one, string other)
    {
        using var left = JsonDocument.Parse(one, FhirJson.Parsing);
        using var right = JsonDocument.Parse(other, FhirJson.Parsing);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement);
    }

    private static T Read<T>(string json, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(json, FhirJson.Parsing);
        return read(document.RootElement);
    }
}
