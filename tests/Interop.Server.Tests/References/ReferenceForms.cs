using System.Text.Json.Nodes;

namespace Interop.Server.Tests.References;

/// <summary>The forms in which a client may write a reference to a resource of this server.</summary>
internal static class ReferenceForms
{
    public static readonly string[] Literal =
    [
        "plain", "version", "absolute", "https", "port", "case and slashes", "absolute version", "other base", "escaped",
    ];

    /// <summary>By the identifier <c>urn:test:Type|id</c>, which the resource must have.</summary>
    public static readonly string[] Logical = ["identifier", "identifier and type", "contained"];

    public static readonly string[] All = [.. Literal, .. Logical];

    /// <summary>A further base of the server under test.</summary>
    public const string OtherBase = "http://127.0.0.9:7777/api";

    public static string Address(string form, string key) => form switch
    {
        "plain" => key,
        "version" => $"{key}/_history/1",
        "absolute" => $"http://interop.test/fhir/{key}",
        "https" => $"https://interop.test/fhir/{key}",
        "port" => $"http://interop.test:80/fhir/{key}",
        "case and slashes" => $"HTTP://Interop.Test:443/fhir//{key}/",
        "absolute version" => $"http://interop.test/fhir/{key}/_history/1",
        "other base" => $"{OtherBase}/{key}",
        "escaped" => $"http://interop.test/%66hir/{key}",
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <summary>The resource with each reference to a key in another form.</summary>
    public static string Rewrite(string json, string key, string form)
    {
        var resource = JsonNode.Parse(json)!.AsObject();
        if (Change(resource, key, form) && form == "contained")
        {
            var (type, id) = (key.Split('/')[0], key.Split('/')[1]);
            resource["contained"] ??= new JsonArray();
            var contained =
                new JsonObject { ["resourceType"] = type, ["id"] = $"c-{id}", ["identifier"] = new JsonArray(Identifier(type, id)) };
            if (type == "Condition")
            {
                contained["subject"] = new JsonObject { ["display"] = "the same" };
            }

            resource["contained"]!.AsArray().Add(contained);
        }

        return resource.ToJsonString();
    }

    public static JsonObject Identifier(string type, string id) => new() { ["system"] = $"urn:test:{type}", ["value"] = id };

    private static bool Change(JsonNode? node, string key, string form)
    {
        switch (node)
        {
            case JsonObject reference
                when reference["reference"] is JsonValue value && value.TryGetValue<string>(out var text) && text == key:
                var (type, id) = (key.Split('/')[0], key.Split('/')[1]);
                if (form is "identifier" or "identifier and type")
                {
                    reference.Remove("reference");
                    reference["identifier"] = Identifier(type, id);
                    if (form != "identifier")
                    {
                        reference["type"] = type;
                    }
                }
                else
                {
                    reference["reference"] = form == "contained" ? $"#c-{id}" : Address(form, key);
                }

                return true;
            case JsonObject parent:
                return parent.ToList().Aggregate(false, (any, member) => Change(member.Value, key, form) || any);
            case JsonArray array:
                return array.ToList().Aggregate(false, (any, item) => Change(item, key, form) || any);
            default:
                return false;
        }
    }
}
