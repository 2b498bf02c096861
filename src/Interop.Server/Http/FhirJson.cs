using System.Text.Encodings.Web;
using System.Text.Json;

namespace Interop.Server.Http;

/// <summary>
/// How JSON of the server's own is written: compact, and readable where nothing has to be escaped (it is never put into HTML).
/// </summary>
internal static class FhirJson
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
