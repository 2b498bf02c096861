using System.Text;
using System.Text.Json;
using Interop.Fhir;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>Which references to other resources a view keeps; the subject's own always stays.</summary>
internal enum ReferenceMode : byte
{
    /// <summary>All that are literal and local.</summary>
    Keep,

    /// <summary>None that its parent cannot be without.</summary>
    HideMandatory,

    /// <summary>Only those that their parents cannot be without.</summary>
    HideOptional,

    /// <summary>
    /// Those that are there for whoever has the view: to open entries of the directory, and those that the resource cannot be without.
    /// </summary>
    Certain,

    /// <summary>Those to visible targets.</summary>
    Visible,
}

/// <summary>
/// Writes one view of a resource: a single pass from reader to bytes, no tree. Values are copied as they stand; what is not
/// in the trie is skipped, and an object that would lose a mandatory or a modifier element is cut off whole.
/// </summary>
internal sealed class ViewWriter(TierTable tiers)
{
    private readonly ByteSink sink = new();
    private readonly byte[] scratch = new byte[256];
    private ReferenceMode mode;
    private IReadOnlySet<ResourceKey>? visible;
    private string? subject;
    private byte[] caller = [];

    public TierTable Tiers => tiers;

    /// <summary>Local references met, other than to the subject.</summary>
    public List<ResourceKey> References { get; } = [];

    /// <summary>Those of them without which the resource cannot be.</summary>
    public List<ResourceKey> Required { get; } = [];

    /// <summary>Whether hiding a reference can take more than the reference away.</summary>
    public bool CanCascade { get; private set; }

    public ReadOnlySpan<byte> Written => sink.Written;

    /// <summary>How many bytes of a view are its type and id, after which meta goes.</summary>
    public static int HeadLength(ResourceKey key) => "{\"resourceType\":\"\",\"id\":\"\""u8.Length + key.Type.Length + key.Id.Length;

    /// <summary>Writes the view without meta; false when nothing is left. Object members follow resourceType and id.</summary>
    /// <param name="subject">Id of the subject's Patient, or null.</param>
    /// <param name="caller">Id of the caller's Organization in UTF-8; empty for none.</param>
    /// <param name="visible">The targets that the mode keeps.</param>
    public bool Write(
        ReadOnlySpan<byte> body,
        ResourceKey key,
        ViewNode view,
        ReferenceMode mode,
        string? subject,
        byte[] caller,
        IReadOnlySet<ResourceKey>? visible = null)
    {
        (this.mode, this.subject, this.caller, this.visible) = (mode, subject, caller, visible);
        References.Clear();
        Required.Clear();
        CanCascade = false;
        sink.Length = 0;
        sink.Write("{\"resourceType\":"u8);
        sink.WriteQuotedAscii(key.Type);
        sink.Write(",\"id\":"u8);
        sink.WriteQuotedAscii(key.Id);
        var reader = new Utf8JsonReader(body, JsonReading.ReaderOptions);
        reader.Read();
        if (!Members(ref reader, view, true, true))
        {
            return false;
        }

        sink.Write((byte)'}');
        return true;
    }

    private bool Object(ref Utf8JsonReader reader, ViewNode node, bool isVital)
    {
        var start = sink.Length;
        sink.Write((byte)'{');
        if (!Members(ref reader, node, false, isVital))
        {
            sink.Length = start;
            return false;
        }

        sink.Write((byte)'}');
        return true;
    }

    // From the start of an object to its end. False when nothing of it may stay; the caller then cuts it off.
    private bool Members(ref Utf8JsonReader reader, ViewNode node, bool isRoot, bool isVital)
    {
        var holding = node.IsConditional ? Holding(reader, node) : uint.MaxValue;
        var first = !isRoot;
        var any = isRoot;
        var failed = holding == 0;
        var present = 0ul;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var edge = failed ? null : Edge(ref reader, node);
            reader.Read();
            if (edge is null || (edge.Mask & holding) == 0)
            {
                failed |= edge is { IsModifier: true };
                reader.Skip();
                continue;
            }

            var position = sink.Length;
            if (!first)
            {
                sink.Write((byte)',');
            }

            sink.Write(edge.Label);
            if (Value(ref reader, edge, isVital, isRoot))
            {
                first = false;
                any = true;
                present |= edge.RequiredBit;
            }
            else
            {
                sink.Length = position;
                failed |= edge.IsModifier;
            }
        }

        return !failed && any && (present & node.Required) == node.Required;
    }

    private bool Value(ref Utf8JsonReader reader, ViewEdge edge, bool isVital, bool isRoot)
    {
        var vital = isVital && ((edge.IsMandatory && !edge.IsList) || (isRoot && edge.IsModifier));
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Item(ref reader, edge, vital);
        }

        sink.Write((byte)'[');
        var any = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var position = sink.Length;
            if (any)
            {
                sink.Write((byte)',');
            }

            // A null stands for a value whose twin has an extension. Twins never leave, so neither do nulls, and what is left is aligned.
            if (Item(ref reader, edge, vital))
            {
                any = true;
            }
            else
            {
                sink.Length = position;
            }
        }

        sink.Write((byte)']');
        return any;
    }

    private bool Item(ref Utf8JsonReader reader, ViewEdge edge, bool isVital)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when edge.Node.Kind != ViewKind.Primitive && !IsForbidden(reader, edge):
                return edge.Node.Kind == ViewKind.Reference
                    ? Reference(ref reader, edge, isVital)
                    : Object(ref reader, edge.Node, isVital);
            case JsonTokenType.String when edge.Node.Kind == ViewKind.Primitive:
                sink.WriteQuoted(reader.ValueSpan);
                return true;
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False when edge.Node.Kind == ViewKind.Primitive:
                sink.Write(reader.ValueSpan);
                return true;
            default:
                reader.Skip();
                return false;
        }
    }

    private bool IsForbidden(Utf8JsonReader reader, ViewEdge edge)
    {
        foreach (var condition in edge.Never)
        {
            if (condition.Holds(reader, caller))
            {
                return true;
            }
        }

        return false;
    }

    private bool Reference(ref Utf8JsonReader reader, ViewEdge edge, bool isVital)
    {
        var (key, display) = ReadReference(ref reader);
        if (key is not { } target)
        {
            return false;
        }

        if (target.Type != "Patient" || target.Id != subject)
        {
            References.Add(target);
            if (isVital)
            {
                Required.Add(target);
            }

            CanCascade |= edge.IsMandatory && !isVital;
            var isHidden = mode switch
            {
                ReferenceMode.HideMandatory => edge.IsMandatory && !isVital,
                ReferenceMode.HideOptional => !edge.IsMandatory,
                ReferenceMode.Certain => !isVital && !visible!.Contains(target),
                ReferenceMode.Visible => !visible!.Contains(target) && !IsCaller(target),
                _ => false,
            };
            if (isHidden)
            {
                return false;
            }
        }

        sink.Write("{\"reference\":\""u8);
        sink.WriteAscii(target.Type);
        sink.Write((byte)'/');
        sink.WriteAscii(target.Id);
        sink.Write((byte)'"');

        // What a directory calls itself is public to whoever reads it; any other display is text that nobody has judged.
        if (!display.IsEmpty && tiers[target.Type].Kind == TypeKind.Directory)
        {
            sink.Write(",\"display\":"u8);
            sink.WriteQuoted(display);
        }

        sink.Write((byte)'}');
        return true;
    }

    // Who asks knows itself.
    private bool IsCaller(ResourceKey target) => target.Type == "Organization" && Ascii.Equals(target.Id, caller);

    private static RawReference ReadReference(ref Utf8JsonReader reader)
    {
        ResourceKey? key = null;
        ReadOnlySpan<byte> display = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReference = reader.ValueTextEquals("reference"u8);
            var isDisplay = reader.ValueTextEquals("display"u8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
            }
            else if (isReference)
            {
                key = ResourceKey.TryParse(reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan);
            }
            else if (isDisplay)
            {
                display = reader.ValueSpan;
            }
        }

        return new(key, display);
    }

    private ViewEdge? Edge(ref Utf8JsonReader reader, ViewNode node)
    {
        if (!reader.ValueIsEscaped)
        {
            return node.Find(reader.ValueSpan);
        }

        return reader.ValueSpan.Length <= scratch.Length ? node.Find(scratch.AsSpan(0, reader.CopyString(scratch))) : null;
    }

    private uint Holding(Utf8JsonReader reader, ViewNode node)
    {
        var holding = 0u;
        for (var index = 0; index < node.Alternatives.Length; index++)
        {
            var conditions = node.Alternatives[index];
            var holds = conditions is null;
            for (var each = 0; !holds && each < conditions!.Count; each++)
            {
                holds = conditions[each].Holds(reader, caller);
            }

            holding |= holds ? 1u << index : 0;
        }

        return holding;
    }

    private readonly ref struct RawReference(ResourceKey? key, ReadOnlySpan<byte> display)
    {
        private readonly ReadOnlySpan<byte> display = display;

        public void Deconstruct(out ResourceKey? target, out ReadOnlySpan<byte> text)
        {
            target = key;
            text = display;
        }
    }
}
