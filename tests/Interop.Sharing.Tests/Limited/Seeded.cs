using System.Text.Json.Nodes;
using Interop.Fhir.Schema;

namespace Interop.Sharing.Tests.Limited;

/// <summary>
/// A resource with every element of its type, each variant of a choice among them. Texts are marked, days and ids are such that a test
/// knows them again, and coded elements have a code that may leave beside ones that may not.
/// </summary>
internal static class Seeded
{
    public const string Mark = "SENTINEL";
    public const string Day = "2026-11-18"; // a Wednesday
    public const string Id = "real-id";

    private const int Deepest = 3;

    public static JsonObject Resource(string type)
    {
        var root = Fill(type, type, 0);
        foreach (var name in new[] { "modifierExtension", "implicitRules", "contained" })
        {
            root.Remove(name); // the first two keep all of it from leaving
        }

        (root["resourceType"], root["id"]) = (type, Id);
        root["meta"] = new JsonObject { ["versionId"] = Mark, ["lastUpdated"] = $"{Day}T10:17:31Z" };
        root["contained"] = new JsonArray(new JsonObject { ["resourceType"] = "Practitioner", ["id"] = Mark });
        return root;
    }

    private static JsonObject Fill(string key, string path, int depth)
    {
        var json = new JsonObject();
        foreach (var element in FhirFacts.R4.Children(key).Where(element => element.Types.Count > 0 && element.Name != "modifierExtension"))
        {
            foreach (var (name, type) in element.JsonNames.Zip(element.Types))
            {
                if (Value(element, type.Code, $"{path}.{name}", depth + 1) is { } value)
                {
                    json[name] = element.IsList ? new JsonArray(value) : value;
                    json["_" + name] = FhirFacts.R4.Children(type.Code).Count == 0 && element.Name != "id"
                        ? new JsonObject { ["extension"] = Foreign() }
                        : null;
                }
            }
        }

        foreach (var name in json.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList())
        {
            json.Remove(name);
        }

        return json;
    }

    private static JsonNode? Value(ElementFacts element, string type, string path, int depth)
    {
        var text = $"{Mark} {path}";
        switch (type)
        {
            case "boolean":
                return true;
            case "integer" or "positiveInt" or "unsignedInt":
                return 12;
            case "decimal":
                return 12.5;
            case "code":
                return element.RequiredValueSet is { } set && FhirFacts.R4.RequiredCodes(set) is { } codes
                    ? codes.Values.First()[0]
                    : Mark;
            case "date":
                return Day;
            case "dateTime" or "instant":
                return $"{Day}T10:17:31-08:00";
            case "Coding":
                return element.IsList ? Good() : Bad("http://snomed.info/sct");
            case "CodeableConcept":
                return new JsonObject { ["coding"] = new JsonArray(Good(), Bad("http://snomed.info/sct"), Bad("urn:x")), ["text"] = text };
            case "Reference":
                return new JsonObject
                {
                    ["reference"] = $"Patient/{Id}", ["display"] = text, ["identifier"] = new JsonObject { ["value"] = text },
                };
            case "Quantity" or "Age" or "Duration" or "Count" or "SimpleQuantity":
                return new JsonObject { ["value"] = 95, ["unit"] = text, ["system"] = "http://unitsofmeasure.org", ["code"] = "a" };
            case "Extension":
                return element.Name == "extension" && path.Split('.').Length == 2 ? Race(text) : Foreign()[0]!.DeepClone();
            case "Resource":
                return null;
        }

        var key = element.ContentReference ?? (type is "BackboneElement" or "Element" ? element.Path : type);
        return FhirFacts.R4.Children(key).Count == 0 ? text
            : depth > Deepest || element.ContentReference is not null ? null
            : Fill(key, path, depth);
    }

    private static JsonObject Good() => new()
    {
        ["system"] = "http://terminology.hl7.org/CodeSystem/data-absent-reason", ["code"] = "unknown", ["display"] = Mark,
    };

    private static JsonObject Bad(string system) => new() { ["system"] = system, ["code"] = Mark, ["version"] = Mark };

    private static JsonArray Foreign() =>
        [new JsonObject { ["url"] = "https://somewhere.example/" + Mark, ["valueString"] = Mark }];

    private static JsonObject Race(string text) => new()
    {
        ["url"] = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
        ["extension"] = new JsonArray(
            new JsonObject
            {
                ["url"] = "ombCategory",
                ["valueCoding"] = new JsonObject
                {
                    ["system"] = "urn:oid:2.16.840.1.113883.6.238", ["code"] = "2106-3", ["display"] = Mark,
                },
            },
            new JsonObject { ["url"] = "text", ["valueString"] = text }),
    };
}
