using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Tasks;

/// <summary>A stored Task that the server itself moves on; what it does not change stays as it was, byte for byte.</summary>
internal sealed class TaskBody(ReadOnlyMemory<byte> stored)
{
    public const string Kinds = CrisisProfiles.Base + "/CodeSystem/crisis-task";
    public const string Reasons = CrisisProfiles.Base + "/CodeSystem/task-reason";
    public const string Outputs = CrisisProfiles.Base + "/CodeSystem/task-output";

    /// <summary>The states in which somebody still has to do something.</summary>
    public static readonly IReadOnlyList<string> Open = ["draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"];

    private byte[] body = stored.ToArray();

    public byte[] Bytes => body;

    public string Status => TopLevel.Text(body, "status") ?? string.Empty;

    public bool IsOpen => Open.Contains(Status);

    /// <summary>Whether the Task is of a kind of the programme's.</summary>
    public bool Is(string code) => Read(root => root.Code("code", Kinds) == code);

    /// <summary>When it has to be done, UTC microseconds; null where it does not say a moment.</summary>
    public long? Due => Read(root => TimeAt(root.At("restriction").At("period"), "end"));

    /// <summary>What one of its references names.</summary>
    public ResourceKey? At(string element) =>
        Read(root => root.At(element).Text("reference") is { } text ? ResourceKey.TryParse(text) : (ResourceKey?)null);

    /// <summary>What its outputs of one kind refer to.</summary>
    public IReadOnlyList<ResourceKey> OutputsOf(string kind) => Read<IReadOnlyList<ResourceKey>>(root =>
    [
        .. root.Items("output").Where(output => output.Code("type", Outputs) == kind)
            .Select(output => output.At("valueReference").Text("reference"))
            .OfType<string>()
            .Select(text => ResourceKey.TryParse(text))
            .OfType<ResourceKey>(),
    ]);

    public TaskBody Move(string status, long instant)
    {
        body = TopLevel.Replace(body, "status", Quoted(status));
        body = TopLevel.Replace(body, "lastModified", Quoted(Instants.ToText(instant)));
        return this;
    }

    /// <summary>Ends it for a reason of the code system task-reason.</summary>
    public TaskBody End(string status, string reason, string text, long instant) => Move(status, instant).Mark(reason, text);

    /// <summary>Says something to whoever does it next, with a code of the code system task-reason.</summary>
    public TaskBody Mark(string reason, string text)
    {
        body = TopLevel.Replace(body, "statusReason", Concept(Reasons, reason, text));
        return this;
    }

    public TaskBody Unmark()
    {
        body = TopLevel.Remove(body, "statusReason");
        return this;
    }

    public bool IsMarked(string reason) => Read(root => root.Code("statusReason", Reasons) == reason);

    public TaskBody Say(string businessStatus)
    {
        body = TopLevel.Replace(body, "businessStatus", FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("text", businessStatus);
            writer.WriteEndObject();
        }));
        return this;
    }

    /// <summary>Adds an output of a kind of the code system task-output.</summary>
    /// <param name="value">Writes the property value[x].</param>
    public TaskBody Output(string kind, Action<Utf8JsonWriter> value)
    {
        var output = FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("type");
            writer.WriteRawValue(Concept(Outputs, kind, null));
            value(writer);
            writer.WriteEndObject();
        });
        var known = TopLevel.Value(body, "output");
        body = TopLevel.Replace(
            body, "output", known.IsEmpty ? [(byte)'[', .. output, (byte)']'] : [.. known[..^1], (byte)',', .. output, (byte)']']);
        return this;
    }

    public TaskBody Output(string kind, ResourceKey resource) => Output(kind, writer =>
    {
        writer.WriteStartObject("valueReference");
        writer.WriteString("reference", resource.ToString());
        writer.WriteEndObject();
    });

    /// <summary>Takes out the output that refers to a resource.</summary>
    public TaskBody WithoutOutput(ResourceKey resource)
    {
        var kept = Read(root => root.Items("output")
            .Where(output => output.At("valueReference").Text("reference") != resource.ToString())
            .Select(output => output.GetRawText())
            .ToList());
        body = kept.Count == 0
            ? TopLevel.Remove(body, "output")
            : TopLevel.Replace(body, "output", System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', kept)}]"));
        return this;
    }

    /// <summary>A moment at an element, UTC microseconds; a day or less is none.</summary>
    public static long? TimeAt(JsonElement element, string name) =>
        element.Text(name) is { Length: > 19 } text
        && DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time)
            ? Instants.ToMicroseconds(time)
            : null;

    public static Issue Objection(string diagnostics, string element) => new(IssueSeverity.Error, "business-rule", diagnostics, element);

    private T Read<T>(Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        return read(document.RootElement);
    }

    private static byte[] Quoted(string text) => JsonSerializer.SerializeToUtf8Bytes(text);

    private static byte[] Concept(string system, string code, string? text) => FhirJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        writer.WriteString("system", system);
        writer.WriteString("code", code);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (text is not null)
        {
            writer.WriteString("text", text);
        }

        writer.WriteEndObject();
    });
}
