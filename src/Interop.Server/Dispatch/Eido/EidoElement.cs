using System.Text.Json;

namespace Interop.Server.Dispatch.Eido;

/// <summary>One value of a message and where it stands.</summary>
/// <param name="Name">The member that holds it, itself or as an item of its list.</param>
/// <param name="Path">
/// Such as <c>personComponent[0].eta</c>. It ends before the first name that is not the standard's, because whoever makes up a name can
/// write anything into it, and the path is told to others.
/// </param>
/// <param name="IsKnown">Whether every name down to here is the standard's.</param>
internal readonly record struct EidoElement(string Name, string Path, bool IsKnown, JsonElement Value)
{
    /// <summary>Every value below the root, lists and objects before what they hold.</summary>
    public static IEnumerable<EidoElement> Of(JsonElement root) => new EidoElement(string.Empty, string.Empty, true, root).Below();

    /// <summary>A path in a sentence.</summary>
    public static string At(string path) => path.Length == 0 ? "at the top" : $"at {path}";

    /// <summary>A path as an issue's expression, which must not be empty.</summary>
    public static string? Place(string path) => path.Length == 0 ? null : path;

    private IEnumerable<EidoElement> Below()
    {
        foreach (var child in Children())
        {
            yield return child;
            foreach (var element in child.Below())
            {
                yield return element;
            }
        }
    }

    private IEnumerable<EidoElement> Children()
    {
        var self = this;
        return Value.ValueKind switch
        {
            JsonValueKind.Object => Value.EnumerateObject().Select(self.Member),
            JsonValueKind.Array => Value.EnumerateArray().Select(self.Item),
            _ => [],
        };
    }

    private EidoElement Member(JsonProperty member)
    {
        var isKnown = IsKnown && Registry.Elements.Contains(member.Name);
        return new(member.Name, !isKnown ? Path : Path.Length == 0 ? member.Name : $"{Path}.{member.Name}", isKnown, member.Value);
    }

    private EidoElement Item(JsonElement item, int index) => this with { Path = IsKnown ? $"{Path}[{index}]" : Path, Value = item };
}
