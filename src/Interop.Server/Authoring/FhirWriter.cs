using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Interop.Server.Authoring;

/// <summary>
/// Writes one FHIR resource as compact UTF-8 JSON, in the order of the calls. A null value and an empty list write nothing,
/// because FHIR JSON knows neither (https://hl7.org/fhir/R4/json.html).
/// </summary>
public sealed class FhirWriter
{
    private readonly Utf8JsonWriter json;

    private FhirWriter(Utf8JsonWriter json) => this.json = json;

    public static byte[] Resource(string type, string id, Action<FhirWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("resourceType", type);
        json.WriteString("id", id);
        body(new FhirWriter(json));
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static string Instant(DateTimeOffset value) => value.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public FhirWriter Text(string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }

        return this;
    }

    public FhirWriter Time(string name, DateTimeOffset? value) => Text(name, value is null ? null : Instant(value.Value));

    public FhirWriter Boolean(string name, bool value)
    {
        json.WriteBoolean(name, value);
        return this;
    }

    public FhirWriter Number(string name, decimal value)
    {
        json.WriteNumber(name, value);
        return this;
    }

    public FhirWriter Texts(string name, params IReadOnlyCollection<string> values)
    {
        if (values.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        return this;
    }

    public FhirWriter Object(string name, Action<FhirWriter> body)
    {
        json.WriteStartObject(name);
        body(this);
        json.WriteEndObject();
        return this;
    }

    /// <summary>A list with one object for each item.</summary>
    public FhirWriter Each<T>(string name, IReadOnlyCollection<T> items, Action<T> body)
    {
        if (items.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                json.WriteStartObject();
                body(item);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return this;
    }

    /// <summary>A list with one object.</summary>
    public FhirWriter One(string name, Action<FhirWriter> body) => Each(name, [this], body);

    public FhirWriter Coding(string name, Code code) => Object(name, _ => CodeParts(code));

    /// <summary>A Coding list, for meta.security and securityLabel.</summary>
    public FhirWriter Codings(string name, params IReadOnlyCollection<Code> codes) => Each(name, codes, CodeParts);

    /// <summary>A CodeableConcept.</summary>
    public FhirWriter Concept(string name, Code code, string? text = null) =>
        Object(name, concept => concept.Codings("coding", code).Text("text", text));

    /// <summary>A list with one CodeableConcept for each code.</summary>
    public FhirWriter Concepts(string name, params IReadOnlyCollection<Code> codes) =>
        Each(name, codes, code => Codings("coding", code));

    public FhirWriter Reference(string name, string? reference) =>
        reference is null ? this : Object(name, target => target.Text("reference", reference));

    public FhirWriter References(string name, params IReadOnlyCollection<string> references) =>
        Each(name, references, reference => Text("reference", reference));

    public FhirWriter Period(string name, DateTimeOffset start, DateTimeOffset? end = null) =>
        Object(name, period => period.Time("start", start).Time("end", end));

    public FhirWriter Identifier(string system, string value) =>
        One("identifier", identifier => identifier.Text("system", system).Text("value", value));

    private void CodeParts(Code code) => Text("system", code.System).Text("code", code.Value).Text("display", code.Display);
}
