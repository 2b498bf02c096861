using System.Text.Encodings.Web;
using System.Text.Json;

namespace Interop.Server.Http;

/// <summary>
/// How JSON of the server's own is written: compact, and readable where nothing has to be escaped (it is never put into HTML). And how
/// stored JSON is read.
/// </summary>
internal static class FhirJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How a validated resource is parsed: no resource that the validator accepts is too deep.</summary>
    public static readonly JsonDocumentOptions Parsing = new() { MaxDepth = 1024 };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.ToArray();
    }
}
