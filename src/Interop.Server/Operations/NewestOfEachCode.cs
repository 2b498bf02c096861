using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Operations;

/// <summary>
/// Counts observations that come newest first. One is of each of its codings, and given where none of them has enough newer ones; without
/// codings its text counts.
/// </summary>
/// <param name="most">Of each code.</param>
internal sealed class NewestOfEachCode(int most)
{
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);

    public bool Takes(ReadOnlyMemory<byte> observation)
    {
        var names = NamesOf(observation);
        if (names.Any(name => taken.GetValueOrDefault(name) >= most))
        {
            return false;
        }

        foreach (var name in names)
        {
            taken[name] = taken.GetValueOrDefault(name) + 1;
        }

        return true;
    }

    private static List<string> NamesOf(ReadOnlyMemory<byte> observation)
    {
        using var document = JsonDocument.Parse(observation, FhirJson.Parsing);
        var code = document.RootElement.At("code");
        var codings = code.Items("coding").Where(coding => coding.Text("code") is not null)
            .Select(coding => $"{coding.Text("system")}|{coding.Text("code")}").Distinct().ToList();
        return codings.Count > 0 ? codings : [code.Text("text") ?? string.Empty];
    }
}
