using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>The FHIRPath of a node, found by walking down to it again: paths cost nothing until something is wrong.</summary>
internal static class ElementPath
{
    public static string Of(ReadOnlySpan<byte> utf8, ReadOnlySpan<TapeNode> nodes, int target)
    {
        var type = ResourceTypeOf(utf8, nodes, 0);
        var path = new StringBuilder(type?.Name ?? "Resource");
        var current = 0;
        while (current != target)
        {
            var (child, index) = ChildToward(nodes, current, target);
            if (nodes[current].Kind == TapeKind.Array)
            {
                path.Append('[').Append(index).Append(']');
            }
            else
            {
                var name = utf8.Slice(nodes[child].NameStart, nodes[child].NameLength);
                var property = type?.Shape.Properties.Find(name);
                path.Append('.').Append(property?.Facts.Name ?? Shown(name));
                type = property?.Type;
            }

            current = child;
            if (type is { IsResource: true } && nodes[current].Kind == TapeKind.Object)
            {
                type = ResourceTypeOf(utf8, nodes, current);
            }
        }

        return path.ToString();
    }

    /// <summary>The resource type that an object node names; null when it names none, or not one of R4.</summary>
    public static FhirType? ResourceTypeOf(ReadOnlySpan<byte> utf8, ReadOnlySpan<TapeNode> nodes, int node)
    {
        if (nodes[node].Kind != TapeKind.Object)
        {
            return null;
        }

        for (var child = node + 1; child < nodes[node].Next; child = nodes[child].Next)
        {
            ref readonly var property = ref nodes[child];
            if (property.Kind == TapeKind.String && utf8.Slice(property.NameStart, property.NameLength).SequenceEqual("resourceType"u8))
            {
                return FhirFacts.R4.Resource(utf8[property.Start..property.End]);
            }
        }

        return null;
    }

    private static (int Child, int Index) ChildToward(ReadOnlySpan<TapeNode> nodes, int parent, int target)
    {
        var child = parent + 1;
        var index = 0;
        while (nodes[child].Next <= target)
        {
            child = nodes[child].Next;
            index++;
        }

        return (child, index);
    }

    // A property name that R4 does not know could be anything, also somebody's name: only what looks like an element is shown.
    private static string Shown(ReadOnlySpan<byte> name)
    {
        var looksLikeElement = name.Length is > 0 and <= 40;
        foreach (var letter in name)
        {
            looksLikeElement &= char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'_' or (byte)'-';
        }

        return looksLikeElement ? Encoding.ASCII.GetString(name) : "?";
    }
}
