using System.Text;
using System.Text.Json.Nodes;
using Interop.Fhir.Schema;

namespace Interop.Sharing.Tests.Redaction;

/// <summary>
/// A resource with every element that its type has, three levels deep, each string a marker that names its path. It need not be
/// valid: what is asked is where each element goes.
/// </summary>
internal static class Complete
{
    private const int Deepest = 4;

    public static JsonObject Resource(string type)
    {
        var root = Object(type, type, 0);
        root["resourceType"] = type;
        root["id"] = "x";
        foreach (var name in (string[])["modifierExtension", "implicitRules", "contained"])
        {
            root.Remove(name); // each suppresses or is dropped, and has tests of its own
        }

        return root;
    }

    public static byte[] Bytes(JsonObject resource) => Encoding.UTF8.GetBytes(resource.ToJsonString());

    private static JsonObject Object(string key, string path, int depth)
    {
        var json = new JsonObject();
        foreach (var element in FhirFacts.R4.Children(key).Where(element => element.Name is not ("modifierExtension" or "contained")))
        {
            if (element.Types.Count == 0 || element.Types[0].Code == "Resource" || (depth >= Deepest && element.Min == 0))
            {
                continue;
            }

            // Of a choice the variants that tell apart: a reference, and the first other.
            foreach (var (name, type) in element.JsonNames.Zip(element.Types).DistinctBy(pair => pair.Second.Code == "Reference").Take(1))
            {
                var value = Value(element, type.Code, $"{path}.{name}", depth + 1);
                if (value is not null)
                {
                    json[name] = element.IsList ? new JsonArray(value) : value;
                }
            }
        }

        return json;
    }

    private static JsonNode? Value(ElementFacts element, string type, string path, int depth)
    {
        var key = element.ContentReference ?? (type is "BackboneElement" or "Element" ? element.Path : type);
        return type switch
        {
            _ when depth > Deepest + 2 || (element.ContentReference is not null && depth > 2) => null,
            "Reference" => new JsonObject
            {
                ["reference"] = path.EndsWith(".subject", StringComparison.Ordinal) || path.EndsWith(".patient", StringComparison.Ordinal)
                    || path is "Task.for" or "Appointment.participant.actor"
                        ? "Patient/p"
                        : $"Organization/{path.Replace('[', '-').Replace(']', '-')}",
                ["display"] = path + ".display",
                ["identifier"] = new JsonObject { ["value"] = path + ".identifier" },
            },
            "Narrative" => new JsonObject { ["status"] = "generated", ["div"] = path },
            "Extension" => new JsonObject { ["url"] = "https://somewhere.example/extension", ["valueString"] = path },
            _ when FhirFacts.R4.Children(key).Count == 0 => Primitive(type, path),
            _ => Object(key, path, depth),
        };
    }

    private static JsonNode Primitive(string type, string path) => type switch
    {
        "boolean" => JsonValue.Create(true),
        "integer" or "decimal" or "positiveInt" or "unsignedInt" => JsonValue.Create(1),
        _ => JsonValue.Create(path),
    };
}
