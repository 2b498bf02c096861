using System.Text;
using System.Text.Json;
using Interop.Sharing.Json;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>One pass over a stored resource for the labels that it carries by itself, and whether it was entered in error.</summary>
internal sealed class ResourceScan(LabelTable labelTable)
{
    private readonly List<LabelRule> rules = [];
    private bool isLabelled;
    private bool isDirectory;
    private bool isFinal;

    public bool IsEnteredInError { get; private set; }

    public long Labels { get; private set; }

    public IReadOnlyList<LabelRule> Rules => rules;

    /// <param name="pointsElsewhere">Whether its labels should come from something that is not here.</param>
    /// <param name="directory">What an agency says of itself is public: only its explicit security labels count.</param>
    public void Run(ReadOnlySpan<byte> body, FactNode facts, bool freeText, bool directory, bool part2Source, bool pointsElsewhere)
    {
        isDirectory = directory;
        var reader = new Utf8JsonReader(body, JsonReading.ReaderOptions);
        reader.Read();
        Object(ref reader, facts, FactKind.None);
        if (freeText && !isLabelled)
        {
            Add(LabelTable.FreeText);
        }

        if (part2Source)
        {
            Add(LabelTable.Part2Source);
        }

        if (pointsElsewhere)
        {
            Add(LabelTable.ForeignReference);
        }

        if ((Labels & Policy.Labels.Prediction) != 0 && !isFinal)
        {
            Add(LabelTable.Draft);
        }

        const long Sensitivities = Policy.Labels.All
            & ~(Policy.Labels.Restricted | Policy.Labels.VeryRestricted | Policy.Labels.Part2 | Policy.Labels.Unknown
                | Policy.Labels.Prediction | Policy.Labels.Draft);
        if ((Labels & Sensitivities) != 0)
        {
            Labels &= ~Policy.Labels.Restricted; // the sensitivity is why it is restricted, and must be cleared itself
        }
    }

    private void Value(ref Utf8JsonReader reader, FactNode? node, FactKind context)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Value(ref reader, node, context);
                }

                break;
            case JsonTokenType.StartObject:
                Object(ref reader, node, context);
                break;
            case JsonTokenType.String when context != FactKind.None:
                Text(ref reader, context);
                break;
        }
    }

    private void Object(ref Utf8JsonReader reader, FactNode? node, FactKind context)
    {
        ReadOnlySpan<byte> system = [];
        ReadOnlySpan<byte> code = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Bytes(ref reader);
            var child = node?.Find(name);
            var isCode = name.SequenceEqual("code"u8);
            var isSystem = name.SequenceEqual("system"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                if (isCode)
                {
                    code = Bytes(ref reader);
                }
                else if (isSystem)
                {
                    system = Bytes(ref reader);
                }
                else if (child is not null)
                {
                    Text(ref reader, child.Kind);
                }
            }
            else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                // Security and status reach down to the codings of a concept.
                Value(ref reader, child, child?.Kind ?? context & (FactKind.Security | FactKind.Status));
            }
        }

        if (!code.IsEmpty)
        {
            Coding(system, code, context);
        }
    }

    private void Coding(ReadOnlySpan<byte> system, ReadOnlySpan<byte> code, FactKind context)
    {
        if ((context & FactKind.Security) != 0)
        {
            var rule = labelTable.OfSecurity(system, code);
            isLabelled |= rule.Labels != Policy.Labels.Unknown && (rule.Labels != 0 || rule == LabelTable.Normal);
            Add(rule);
        }
        else if (!isDirectory && labelTable.OfCode(system, code) is { } rule)
        {
            Add(rule);
        }

        IsEnteredInError |= (context & FactKind.Status) != 0 && code.SequenceEqual("entered-in-error"u8);
    }

    private void Text(ref Utf8JsonReader reader, FactKind kind)
    {
        if ((kind & FactKind.Status) != 0)
        {
            IsEnteredInError |= reader.ValueTextEquals("entered-in-error"u8);
            isFinal |= reader.ValueTextEquals("final"u8) || reader.ValueTextEquals("amended"u8) || reader.ValueTextEquals("corrected"u8);
        }

        if ((kind & FactKind.Instrument) != 0 && labelTable.OfInstrument(Bytes(ref reader)) is { } rule)
        {
            Add(rule);
        }
    }

    private void Add(LabelRule rule)
    {
        if (rule.Labels != 0 && !rules.Contains(rule))
        {
            rules.Add(rule);
            Labels |= rule.Labels;
        }
    }

    private static ReadOnlySpan<byte> Bytes(scoped ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
}
