using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>An object of the message with its path. Every look that does not find what the standard demands leaves an issue.</summary>
internal readonly struct EidoNode(JsonElement element, string path, List<Issue> issues)
{
    public string Required(string name) => Optional(name) ?? Missing(name);

    public string? Optional(string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text))
        {
            return text;
        }

        Problem(name, "must be a text that is not empty");
        return string.Empty;
    }

    public EidoTime RequiredTime(string name) => Time(name, Required(name));

    public EidoTime? OptionalTime(string name) => Optional(name) is { } text ? Time(name, text) : null;

    public int? Integer(string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
        {
            return number;
        }

        Problem(name, "must be an integer");
        return null;
    }

    public bool? Boolean(string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Problem(name, "must be a boolean");
        return null;
    }

    public IReadOnlyList<string> Texts(string name, bool isRequired = false)
    {
        if (!List(name, isRequired, out var list))
        {
            return [];
        }

        var texts = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text)
            {
                texts.Add(text);
            }
            else
            {
                Problem(name, "must be a list of texts that are not empty");
            }
        }

        return texts;
    }

    public IReadOnlyList<EidoNode> Objects(string name, bool isRequired = false)
    {
        if (!List(name, isRequired, out var list))
        {
            return [];
        }

        var nodes = new List<EidoNode>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object)
            {
                nodes.Add(new EidoNode(item, $"{At(name)}[{nodes.Count}]", issues));
            }
            else
            {
                Problem(name, "must be a list of objects");
            }
        }

        return nodes;
    }

    public EidoNode? Object(string name, bool isRequired = false)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            _ = isRequired ? Missing(name) : null;
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return new EidoNode(value, At(name), issues);
        }

        Problem(name, "must be an object");
        return null;
    }

    /// <summary>The targets of ReferenceType objects.</summary>
    public IReadOnlyList<string> References(string name) => [.. Objects(name).Select(reference => reference.Required("$ref"))];

    public string? Reference(string name) => Object(name)?.Required("$ref");

    /// <summary>PrologueType: what every component begins with. Returns its <c>$id</c> and time.</summary>
    public (string Id, EidoTime Updated) Prologue()
    {
        var id = Required("$id");
        var updated = RequiredTime("lastUpdateTimeStamp");
        _ = Object("updatedByAgencyReference", isRequired: true)?.Required("$ref");
        return (id, updated);
    }

    /// <summary>A member of a NIEM component, whose names come with or without the prefix <c>nc:</c>; the first of a list.</summary>
    public JsonElement? Niem(params ReadOnlySpan<string> names)
    {
        var current = element;
        foreach (var name in names)
        {
            if (current.ValueKind != JsonValueKind.Object
                || !(current.TryGetProperty(name, out var next) || current.TryGetProperty("nc:" + name, out next)))
            {
                return null;
            }

            current = next.ValueKind == JsonValueKind.Array && next.GetArrayLength() > 0 ? next[0] : next;
        }

        return current;
    }

    public void Problem(string name, string rule) =>
        issues.Add(new(IssueSeverity.Error, "invalid", $"{At(name)} {rule}.", At(name)));

    private EidoTime Time(string name, string text)
    {
        if (EidoTime.TryParse(text) is { } time)
        {
            return time;
        }

        if (text.Length > 0)
        {
            Problem(name, "must be a date and time with seconds and a zone (RFC 3339)");
        }

        return default;
    }

    private bool List(string name, bool isRequired, out JsonElement list)
    {
        if (!element.TryGetProperty(name, out list))
        {
            _ = isRequired ? Missing(name) : null;
            return false;
        }

        if (list.ValueKind == JsonValueKind.Array)
        {
            return true;
        }

        Problem(name, "must be a list");
        return false;
    }

    private string Missing(string name)
    {
        issues.Add(new(IssueSeverity.Error, "required", $"{At(name)} is missing (NENA-STA-021.1b).", At(name)));
        return string.Empty;
    }

    private string At(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
