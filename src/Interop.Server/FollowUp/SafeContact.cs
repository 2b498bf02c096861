using System.Text;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.FollowUp;

/// <summary>
/// How a person may be contacted without danger: extensions of the Patient, which no partner sees, and their copies that stand first in a
/// follow-up.
/// </summary>
internal static class SafeContact
{
    public const string Url = CrisisProfiles.Base + "/StructureDefinition/safe-contact";

    /// <summary>A Task with the rules that its Patient has now; the same bytes where it has them.</summary>
    public static byte[] Copied(ReadOnlyMemory<byte> patient, ReadOnlyMemory<byte> task)
    {
        var (rules, known) = (Of(patient), Of(task));
        if (rules.SequenceEqual(known))
        {
            return task.ToArray();
        }

        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        var others = document.RootElement.Items("extension").Where(extension => extension.Text("url") != Url)
            .Select(extension => extension.GetRawText());
        var all = string.Join(',', rules.Concat(others));
        var without = TopLevel.Remove(task.Span, "extension");
        return all.Length == 0
            ? without
            : TopLevel.InsertAfter(without, "resourceType", "extension", Encoding.UTF8.GetBytes($"[{all}]"));
    }

    /// <summary>The number of the first rule that lacks what it is about, with a sentence; null where all are whole.</summary>
    public static (int Number, string Rule)? Incomplete(ReadOnlyMemory<byte> patient)
    {
        using var document = JsonDocument.Parse(patient, FhirJson.Parsing);
        var number = 0;
        foreach (var extension in document.RootElement.Items("extension"))
        {
            var objection = extension.Text("url") != Url ? null : extension.Items("extension").ToList() is var parts
                && Part(parts, "rule").Text("valueCode") is var code
                ? code switch
                {
                    "safe-number" when Part(parts, "telecom").At("valueContactPoint").Text("value") is null =>
                        "The rule safe-number names the number, as telecom.",
                    "must-not-hear" when Part(parts, "person").Text("valueString") is null =>
                        "The rule must-not-hear names who that is, as person.",
                    _ => null,
                }
                : null;
            if (objection is not null)
            {
                return (number, objection);
            }

            number++;
        }

        return null;

        static JsonElement Part(List<JsonElement> parts, string name) => parts.FirstOrDefault(part => part.Text("url") == name);
    }

    private static List<string> Of(ReadOnlyMemory<byte> resource)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        return [.. document.RootElement.Items("extension").Where(extension => extension.Text("url") == Url)
            .Select(extension => extension.GetRawText())];
    }
}
