using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Validation;

namespace Interop.Fhir.Views;

/// <summary>
/// Parts of a resource that a client asked for, by <c>_elements</c> and <c>_summary</c> (https://hl7.org/fhir/R4/search.html#elements).
/// Mandatory elements, modifiers, id and meta always stay, and the tag SUBSETTED is set. What stays keeps its bytes. The resource must
/// have been found valid: FormatException otherwise.
/// </summary>
public static class ResourceViews
{
    private const string SubsettedSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
    private const string Subsetted = $$"""{"system":"{{SubsettedSystem}}","code":"SUBSETTED"}""";

    /// <param name="names">Names of top-level elements: <c>name</c>, <c>Patient.name</c>, and of a choice <c>value</c>, <c>value[x]</c> or
    /// one variant.
    /// A name of another type or of no element selects nothing.</param>
    public static byte[] Elements(ReadOnlySpan<byte> utf8, IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return Write(utf8, (type, property, _) =>
            Mandatory(property) || Names(type, property.Facts).Any(wanted.Contains) ? Keep.Whole : Keep.None);
    }

    /// <summary>Whether the resource says that it is a part of one.</summary>
    public static bool IsSubset(ReadOnlySpan<byte> utf8)
    {
        var meta = TopLevel.Value(utf8, "meta");
        if (meta.IsEmpty)
        {
            return false;
        }

        using var document = JsonDocument.Parse(meta.ToArray());
        return document.RootElement.TryGetProperty("tag", out var tags) && tags.EnumerateArray().Any(tag =>
            tag.TryGetProperty("code", out var code) && code.GetString() == "SUBSETTED"
            && tag.TryGetProperty("system", out var system) && system.GetString() == SubsettedSystem);
    }

    /// <summary>The bytes as they are for <see cref="SummaryMode.False"/>, else the view of that mode.</summary>
    public static byte[] Summary(ReadOnlySpan<byte> utf8, SummaryMode mode) => mode switch
    {
        SummaryMode.False => utf8.ToArray(),
        SummaryMode.Data => Write(utf8, (_, property, isTop) => isTop && property.Facts.Name == "text" ? Keep.None : Keep.Whole),
        SummaryMode.Text => Write(utf8, (_, property, _) => Mandatory(property) || property.Facts.Name == "text" ? Keep.Whole : Keep.None),
        _ => Write(utf8, (_, property, isTop) => InSummary(property, isTop)),
    };

    /// <summary>The name <c>true</c>, <c>text</c>, <c>data</c> or <c>false</c>; null for another, <c>count</c> included.</summary>
    public static SummaryMode? Mode(string text) => text switch
    {
        "true" => SummaryMode.True,
        "text" => SummaryMode.Text,
        "data" => SummaryMode.Data,
        "false" => SummaryMode.False,
        _ => null,
    };

    private static bool Mandatory(PropertyShape property) =>
        property.Facts.Min > 0 || property.Facts.IsModifier || property.Facts.Path.EndsWith(".meta", StringComparison.Ordinal)
            || IsResourceId(property);

    private static bool IsResourceId(PropertyShape property) => property.Facts.Name == "id" && property.Kind == PrimitiveKind.Id;

    private static IEnumerable<string> Names(FhirType type, ElementFacts facts) =>
        new[] { facts.Name, facts.Name + "[x]" }.Concat(facts.JsonNames).SelectMany(name => new[] { name, $"{type.Name}.{name}" });

    // A data type without any summary element (an Extension, for one) is kept or dropped as a whole.
    private static Keep InSummary(PropertyShape property, bool isTop)
    {
        if (!property.Facts.IsSummary && !Mandatory(property))
        {
            return Keep.None;
        }

        var isPrunable = property is { IsTwin: false, Type.Kind: PrimitiveKind.None }
            && !(isTop && property.Facts.Name == "meta")
            && (property.Type.IsResource
                || property.Type.Shape.Elements.Any(element =>
                    element.IsSummary && element.Name is not ("extension" or "modifierExtension")));
        return isPrunable ? Keep.Pruned : Keep.Whole;
    }

    private static byte[] Write(ReadOnlySpan<byte> utf8, Func<FhirType, PropertyShape, bool, Keep> choose)
    {
        utf8 = ByteOrderMark.Skip(utf8);
        using var tape = TopLevel.Read(utf8);
        using var output = new MemoryStream(Math.Max(256, utf8.Length / 2));
        new ViewPass(utf8, tape, choose, output).Resource(0);
        return Tagged(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static byte[] Tagged(ReadOnlySpan<byte> utf8)
    {
        using var tape = TopLevel.Read(utf8);
        var edit = new TapeEdit(utf8, tape);
        var subsetted = System.Text.Encoding.UTF8.GetBytes(Subsetted);
        var meta = tape.Find(utf8, 0, "meta"u8);
        if (meta < 0)
        {
            var anchor = tape.Find(utf8, 0, "id"u8) is >= 0 and var id ? id : tape.Find(utf8, 0, "resourceType"u8);
            var at = TapeEdit.EndOf(tape[anchor]);
            return Splice.Of(utf8, at..at, [.. ",\"meta\":{\"tag\":["u8, .. subsetted, .. "]}"u8]);
        }

        var tags = tape.Find(utf8, meta, "tag"u8);
        if (tags < 0)
        {
            return edit.AddProperty(meta, "tag", [.. "["u8, .. subsetted, .. "]"u8]);
        }

        var length = 0;
        for (var tag = tags + 1; tag < tape[tags].Next; tag = tape[tag].Next)
        {
            var code = tape.Find(utf8, tag, "code"u8);
            if (code >= 0 && utf8[tape[code].Start..tape[code].End].SequenceEqual("SUBSETTED"u8))
            {
                return utf8.ToArray();
            }

            length++;
        }

        return edit.InsertItem(tags, length, subsetted);
    }

    /// <summary>What becomes of one property.</summary>
    private enum Keep
    {
        None,
        Whole,

        /// <summary>The same question is put to each property inside.</summary>
        Pruned,
    }

    private readonly ref struct ViewPass(ReadOnlySpan<byte> utf8, JsonTape tape, Func<FhirType, PropertyShape, bool, Keep> choose,
        MemoryStream output)
    {
        private readonly ReadOnlySpan<byte> utf8 = utf8;

        public void Resource(int node)
        {
            var type = ElementPath.ResourceTypeOf(utf8, tape.Nodes, node)
                ?? throw new FormatException("The resource is not of a type of R4.");
            Object(node, type, isTop: true);
        }

        /// <summary>False where nothing inside was kept; then <c>{}</c> was written.</summary>
        private bool Object(int node, FhirType type, bool isTop)
        {
            output.Write("{"u8);
            var isEmpty = true;
            for (var child = node + 1; child < tape[node].Next; child = tape[child].Next)
            {
                ref readonly var value = ref tape[child];
                var name = utf8.Slice(value.NameStart, value.NameLength);
                var property = type.Shape.Properties.Find(name);
                var keep = property is not null ? choose(type, property, isTop) : name.SequenceEqual("resourceType"u8) ? Keep.Whole
                    : Keep.None;
                if (keep == Keep.None)
                {
                    continue;
                }

                var start = output.Length;
                var comma = isEmpty ? ""u8 : ","u8;
                if (keep == Keep.Whole)
                {
                    output.Write(comma);
                    output.Write(utf8[(value.NameStart - 1)..TapeEdit.EndOf(value)]);
                    isEmpty = false;
                    continue;
                }

                output.Write(comma);
                output.Write(utf8[(value.NameStart - 1)..value.Start]);
                if (Value(child, property!))
                {
                    isEmpty = false;
                }
                else
                {
                    output.SetLength(start);
                    if (Mandatory(property!))
                    {
                        output.Write(comma);
                        output.Write(utf8[(value.NameStart - 1)..TapeEdit.EndOf(value)]);
                        isEmpty = false;
                    }
                }
            }

            output.Write("}"u8);
            return !isEmpty;
        }

        private bool Value(int node, PropertyShape property)
        {
            if (tape[node].Kind != TapeKind.Array)
            {
                return Item(node, property);
            }

            output.Write("["u8);
            var isEmpty = true;
            for (var item = node + 1; item < tape[node].Next; item = tape[item].Next)
            {
                var start = output.Length;
                output.Write(isEmpty ? ""u8 : ","u8);
                if (Item(item, property))
                {
                    isEmpty = false;
                }
                else
                {
                    output.SetLength(start);
                }
            }

            output.Write("]"u8);
            return !isEmpty;
        }

        private bool Item(int node, PropertyShape property)
        {
            if (property.Type.IsResource)
            {
                Resource(node);
                return true;
            }

            return Object(node, property.Type, isTop: false);
        }
    }
}
