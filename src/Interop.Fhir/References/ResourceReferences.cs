using System.Buffers;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.References;

/// <summary>
/// The references of one resource, by the elements that R4 says are References: in its elements, extensions and contained resources.
/// Resources that are content of a Bundle or Parameters have references of their own, which are not this one's.
/// </summary>
public sealed class ResourceReferences
{
    private readonly ReadOnlyMemory<byte> utf8;

    private ResourceReferences(
        ReadOnlyMemory<byte> utf8, IReadOnlyList<ReferencePlace> places, IReadOnlyList<ContainedResource> contained) =>
        (this.utf8, Places, Contained) = (utf8, places, contained);

    public IReadOnlyList<ReferencePlace> Places { get; }

    public IReadOnlyList<ContainedResource> Contained { get; }

    /// <param name="resource">A resource that was validated.</param>
    public static ResourceReferences Of(ReadOnlyMemory<byte> resource)
    {
        var utf8 = ByteOrderMark.Skip(resource);
        using var tape = JsonTape.TryRead(utf8.Span, out _) ?? throw new FormatException("The resource is not JSON.");
        var reading = new Reading(utf8, tape);
        reading.Run();
        return new(utf8, reading.Places, reading.Contained);
    }

    /// <summary>The bytes with other addresses at some places, and every other byte as it is.</summary>
    public byte[] Rewrite(IReadOnlyDictionary<ReferencePlace, string> addresses)
    {
        var output = new ArrayBufferWriter<byte>(utf8.Length + 64);
        var copied = 0;
        foreach (var place in Places.Where(addresses.ContainsKey).OrderBy(place => place.Start))
        {
            output.Write(utf8.Span[copied..place.Start]);
            if (place.Literal is null)
            {
                output.Write("\"reference\":"u8);
            }

            output.Write(Splice.Quoted(addresses[place]));
            if (place.Literal is null)
            {
                output.Write(","u8); // a logical reference has an identifier, so something follows
            }

            copied = place.End;
        }

        output.Write(utf8.Span[copied..]);
        return WithoutOrphans(output.WrittenSpan.ToArray());
    }

    /// <summary>
    /// A contained resource that nothing names any more breaks dom-3, and nobody could send back what was stored.
    /// </summary>
    private byte[] WithoutOrphans(byte[] changed)
    {
        foreach (var id in Contained.Select(contained => contained.Id))
        {
            var mention = JsonSerializer.SerializeToUtf8Bytes($"#{id}");
            if (utf8.Span.IndexOf(mention) >= 0 && changed.AsSpan().IndexOf(mention) < 0 && Without(changed, id) is { } rest)
            {
                return WithoutOrphans(rest); // what only the removed one named
            }
        }

        return changed;
    }

    private static byte[]? Without(byte[] changed, string id)
    {
        using var tape = JsonTape.TryRead(changed, out _)!;
        var contained = tape.Find(changed, 0, "contained"u8);
        for (var item = contained + 1; contained > 0 && item < tape[contained].Next; item = tape[item].Next)
        {
            if (new TapePlace(changed, tape, item).ChildText("id"u8) == id)
            {
                var isOnly = item == contained + 1 && tape[item].Next == tape[contained].Next;
                return isOnly ? TopLevel.Remove(changed, "contained") : new TapeEdit(changed, tape).Remove(contained, item);
            }
        }

        return null;
    }

    /// <summary>
    /// One walk over the tape beside the facts of the types. The validator bounds the depth, so the recursion is bounded too.
    /// </summary>
    private sealed class Reading(ReadOnlyMemory<byte> utf8, JsonTape tape)
    {
        private string? container;

        public List<ReferencePlace> Places { get; } = [];

        public List<ContainedResource> Contained { get; } = [];

        public void Run()
        {
            if (ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, 0) is { } type)
            {
                Object(0, type, type.Name, string.Empty, null, null);
            }
        }

        private void Object(int node, FhirType type, string expression, string element, string? extension, PropertyShape? property)
        {
            if (type.Role == TypeRole.Reference)
            {
                Add(node, expression, element, extension, property?.Targets ?? []);
            }

            var url = type.Role == TypeRole.Extension ? At(node).ChildText("url"u8) : null;
            for (var child = node + 1; child < tape[node].Next; child = tape[child].Next)
            {
                var name = utf8.Span.Slice(tape[child].NameStart, tape[child].NameLength);
                if (type.Shape.Properties.Find(name) is { } shape && tape[child].Kind is TapeKind.Object or TapeKind.Array)
                {
                    var step = System.Text.Encoding.UTF8.GetString(name);
                    Value(child, shape, $"{expression}.{step}", element.Length == 0 ? step : $"{element}.{step}", url);
                }
            }
        }

        private void Value(int node, PropertyShape shape, string expression, string element, string? extension)
        {
            if (tape[node].Kind == TapeKind.Object)
            {
                Item(node, shape, expression, element, extension);
                return;
            }

            var index = 0;
            for (var item = node + 1; item < tape[node].Next; item = tape[item].Next)
            {
                if (tape[item].Kind == TapeKind.Object)
                {
                    Item(item, shape, $"{expression}[{index}]", element, extension);
                }

                index++;
            }
        }

        private void Item(int node, PropertyShape shape, string expression, string element, string? extension)
        {
            if (!shape.Type.IsResource)
            {
                // A twin holds what every element may hold: extensions.
                Object(node, shape.IsTwin ? FhirFacts.R4.Type("Element")! : shape.Type, expression, element, extension, shape);
            }
            else if (shape.Facts.Name == "contained" && ElementPath.ResourceTypeOf(utf8.Span, tape.Nodes, node) is { } type)
            {
                var identifiers = At(node).Property("identifier") is { } found ? Identifiers(found) : [];
                container = At(node).ChildText("id"u8) ?? string.Empty;
                Contained.Add(new(container, type.Name, identifiers));
                Object(node, type, expression, string.Empty, null, null);
                container = null;
            }
        }

        private static List<IdentifierText> Identifiers(TapePlace found) =>
            [.. (found.Kind == TapeKind.Array ? found.Children() : [found]).Select(IdentifierOf).OfType<IdentifierText>()];

        private static IdentifierText? IdentifierOf(TapePlace identifier) =>
            identifier.ChildText("value"u8) is { Length: > 0 } value ? new(identifier.ChildText("system"u8), value) : null;

        private void Add(int node, string expression, string element, string? extension, IReadOnlyList<string> targets)
        {
            var place = At(node);
            var literal = place.Child("reference"u8);
            var identifier = place.Property("identifier") is { } found ? IdentifierOf(found) : null;
            if (literal >= 0 && tape[literal].Kind == TapeKind.String)
            {
                Places.Add(
                    new(expression, element, targets, container, extension, place.ChildText("reference"u8), place.ChildText("type"u8),
                        identifier, TapeEdit.StartOf(tape[literal]), TapeEdit.EndOf(tape[literal])));
            }
            else if (identifier is not null && literal < 0)
            {
                var start = tape[node].Start + 1;
                Places.Add(
                    new(expression, element, targets, container, extension, null, place.ChildText("type"u8), identifier, start, start));
            }
        }

        private TapePlace At(int node) => new(utf8, tape, node);
    }
}
