using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Interop.Distil;

/// <summary>A JSON array with one fact to a line, so that a difference between two versions can be read.</summary>
internal static class FactFile
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, IEnumerable<JsonNode> lines)
    {
        var texts = lines.Select(line => line.ToJsonString(Options)).ToList();
        File.WriteAllText(path, "[\n" + string.Join(",\n", texts) + "\n]\n");
        Console.WriteLine($"{Path.GetFileName(path)}: {texts.Count} lines, {new FileInfo(path).Length} bytes");
    }
}
