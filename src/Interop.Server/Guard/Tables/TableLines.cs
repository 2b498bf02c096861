using System.Buffers;
using System.Text.Json;
using Interop.Fhir.Tables;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard.Tables;

/// <summary>Rows of a view, made of disclosures: one JSON object to a line, with every column.</summary>
internal sealed class TableLines(ViewDefinition view)
{
    public const int MostBytes = 64 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> bytes = new(4096);

    public ViewDefinition View => view;

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Bytes => bytes.WrittenMemory;

    /// <summary>Adds the rows of what the caller sees of a resource, and says how many.</summary>
    /// <param name="most">Rows that there is room for.</param>
    /// <exception cref="FhirException">422: it breaks a rule of the view. 400: the rows take too much room.</exception>
    public int Add(Disclosure disclosure, int most)
    {
        try
        {
            var rows = view.RowsOf(disclosure.Body);
            foreach (var row in rows.Take(most))
            {
                Write(row);
            }

            return Math.Min(most, rows.Count);
        }
        catch (ViewException fault)
        {
            throw new FhirException(
                fault.IsLimit ? IssueCode.TooCostly : new IssueCode("processing", 422), fault.Message + ".", fault.Element);
        }
    }

    /// <summary>The rows of lines that were written before.</summary>
    public void AddWritten(ReadOnlySpan<byte> lines)
    {
        bytes.Write(lines);
        Count += lines.Count((byte)'\n');
    }

    /// <summary>The same rows in the order of their bytes: then only what they say tells where they stand.</summary>
    /// <param name="most">Rows that are kept.</param>
    public TableLines InOrder(int most)
    {
        var lines = new List<ReadOnlyMemory<byte>>(Count);
        for (var rest = Bytes; !rest.IsEmpty; rest = rest[lines[^1].Length..])
        {
            lines.Add(rest[..(rest.Span.IndexOf((byte)'\n') + 1)]);
        }

        lines.Sort((one, other) => one.Span.SequenceCompareTo(other.Span));
        var ordered = new TableLines(view);
        foreach (var line in lines.Take(most))
        {
            ordered.AddWritten(line.Span);
        }

        return ordered;
    }

    /// <summary>Row by row, the cells in the order of the columns.</summary>
    public IEnumerable<IReadOnlyList<JsonElement>> Rows()
    {
        var rest = Bytes;
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            using var row = JsonDocument.Parse(rest[..end]);
            yield return [.. row.RootElement.EnumerateObject().Select(cell => cell.Value)];
            rest = rest[(end + 1)..];
        }
    }

    private void Write(IReadOnlyList<object?> row)
    {
        using (var json = new Utf8JsonWriter(bytes, FhirJson.Options))
        {
            json.WriteStartObject();
            for (var column = 0; column < row.Count; column++)
            {
                json.WritePropertyName(view.Columns[column].Name);
                WriteCell(json, row[column]);
            }

            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        Count++;
        if (bytes.WrittenCount > MostBytes)
        {
            throw new FhirException(IssueCode.TooCostly, $"The rows take more than {MostBytes / 1024 / 1024} megabytes. Ask for fewer.");
        }
    }

    private static void WriteCell(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int whole:
                json.WriteNumberValue(whole);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case IReadOnlyList<object> list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteCell(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue((string)cell);
                break;
        }
    }
}
