using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Patch;

/// <summary>The value of a FHIRPath Patch operation, still in the Parameters resource: a <c>value[x]</c>, a resource, or parts that make an
/// object.</summary>
internal sealed class PatchValue(TapePlace parameter)
{
    private const int DeepestParts = 32;

    /// <summary><c>DateTime</c> of <c>valueDateTime</c>; null for parts and resources.</summary>
    public string? Suffix { get; } = parameter.Children().Select(child => child.Name().TrimStart('_'))
        .FirstOrDefault(name => name.StartsWith("value", StringComparison.Ordinal))?["value".Length..];

    /// <summary>The JSON of the value for an element of this type; empty where it has extensions only, null where it can't be
    /// made.</summary>
    public byte[]? Raw(FhirType? type) => Raw(parameter, type, 0);

    /// <summary>The id and extensions of a primitive; empty where it has none.</summary>
    public byte[] Twin() => Suffix is not null && parameter.Property("_value" + Suffix) is { } twin ? Bytes(twin) : [];

    private static byte[] Bytes(TapePlace place) => new TapeEdit(place.Utf8.Span, place.Tape).Raw(place.Node).ToArray();

    private static byte[]? Raw(TapePlace parameter, FhirType? type, int depth)
    {
        foreach (var child in parameter.Children())
        {
            var name = child.Name();
            if (name == "resource" || name.StartsWith("value", StringComparison.Ordinal))
            {
                return Bytes(child);
            }

            if (name.StartsWith("_value", StringComparison.Ordinal) && parameter.Property(name[1..]) is null)
            {
                return [];
            }
        }

        return parameter.Property("part") is { Kind: TapeKind.Array } parts && type is { Kind: PrimitiveKind.None } && depth < DeepestParts
            ? Object(parts, type, depth)
            : null;
    }

    // https://hl7.org/fhir/R4/fhirpatch.html: for an anonymous type the parts are named as its elements.
    private static byte[]? Object(TapePlace parts, FhirType type, int depth)
    {
        var properties = new List<(string Name, PropertyShape Shape, List<byte[]> Values)>();
        foreach (var part in parts.Children())
        {
            var value = new PatchValue(part);
            if (part.ChildText("name"u8) is not { } name || Shape(type, name, value.Suffix) is not { } found
                || Raw(part, found.Shape.Type, depth + 1) is not { Length: > 0 } raw)
            {
                return null;
            }

            var known = properties.FindIndex(property => property.Name == found.JsonName);
            if (known >= 0 && !found.Shape.IsList)
            {
                return null;
            }

            if (known < 0)
            {
                properties.Add((found.JsonName, found.Shape, [raw]));
            }
            else
            {
                properties[known].Values.Add(raw);
            }
        }

        var written = properties.Select(property =>
            Splice.Property(property.Name, property.Shape.IsList ? Array(property.Values) : property.Values[0]));
        return [.. "{"u8, .. Join(written), .. "}"u8];
    }

    /// <summary>The JSON name and shape of an element by its FHIRPath name, of a choice for a type suffix; null where the type lacks
    /// it.</summary>
    public static (string JsonName, PropertyShape Shape)? Shape(FhirType type, string name, string? suffix)
    {
        foreach (var element in type.Kind == PrimitiveKind.None ? type.Shape.Elements : [])
        {
            var jsonName = element.JsonNames.Contains(name) ? name
                : element.IsChoice && (element.Name == name || element.Name + "[x]" == name) ? element.Name + suffix
                : null;
            if (jsonName is not null && type.Shape.Properties.Find(System.Text.Encoding.UTF8.GetBytes(jsonName)) is { IsTwin: false } shape)
            {
                return (jsonName, shape);
            }
        }

        return null;
    }

    public static byte[] Array(IEnumerable<byte[]> values) => [.. "["u8, .. Join(values), .. "]"u8];

    private static byte[] Join(IEnumerable<byte[]> values)
    {
        using var joined = new MemoryStream();
        foreach (var value in values)
        {
            if (joined.Length > 0)
            {
                joined.Write(","u8);
            }

            joined.Write(value);
        }

        return joined.ToArray();
    }
}
