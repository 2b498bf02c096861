using System.Text;
using System.Text.Json;
using CsvHelper;
using Interop.Fhir.Tables;
using Interop.Server.Http;
using Parquet;
using Parquet.Schema;

namespace Interop.Server.Guard.Tables;

/// <summary>The rows of a view as JSON, lines of JSON, CSV (RFC 4180) or Parquet.</summary>
internal sealed class TableFile : IOwnAnswer
{
    private TableFile(ReadOnlyMemory<byte> bytes, string mediaType) => (Json, MediaType) = (bytes, mediaType);

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType { get; }

    public static async Task<TableFile> OfAsync(TableLines lines, TableFormat format, CancellationToken cancellationToken) => new(
        format == TableFormat.Csv ? Csv(lines)
            : format == TableFormat.Parquet ? await ParquetAsync(lines, cancellationToken)
            : format == TableFormat.Json ? List(lines)
            : lines.Bytes,
        format.MediaType);

    /// <summary>A list is JSON in its cell, and what is not there an empty cell.</summary>
    private static string? Text(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => cell.GetString(),
        _ => cell.GetRawText(),
    };

    private static byte[] List(TableLines lines)
    {
        var text = Encoding.UTF8.GetString(lines.Bytes.Span).TrimEnd('\n').Replace("\n", ",\n", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"[{text}]");
    }

    private static byte[] Csv(TableLines lines)
    {
        using var bytes = new MemoryStream();
        using (var csv = CsvWriter.Create(bytes, CsvWriterOptions.Default with { NewLine = "\r\n" }, leaveOpen: true))
        {
            csv.WriteHeader([.. lines.View.Columns.Select(column => column.Name)]);
            foreach (var row in lines.Rows())
            {
                foreach (var cell in row)
                {
                    csv.WriteField(Text(cell));
                }

                csv.EndRecord();
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Each column may be null; decimals are doubles, which is what readers of Parquet reckon with.</summary>
    private static async Task<byte[]> ParquetAsync(TableLines lines, CancellationToken cancellationToken)
    {
        var columns = lines.View.Columns;
        var schema = new ParquetSchema([.. columns.Select(column => new DataField(column.Name, TypeOf(column), true, false))]);
        using var bytes = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, bytes, cancellationToken: cancellationToken))
        {
            var fields = schema.GetDataFields();
            using var group = writer.CreateRowGroup();
            for (var index = 0; index < columns.Count; index++)
            {
                // Column by column over the rows again: their texts are not all held at once.
                var cells = lines.Rows().Select(row => row[index]);
                await (TypeOf(columns[index]) switch
                {
                    var type when type == typeof(bool) => group.WriteAsync<bool>(
                        fields[index], Values<bool>(cells, cell => cell.GetBoolean()), cancellationToken: cancellationToken),
                    var type when type == typeof(int) => group.WriteAsync<int>(
                        fields[index], Values<int>(cells, cell => cell.GetInt32()), cancellationToken: cancellationToken),
                    var type when type == typeof(double) => group.WriteAsync<double>(
                        fields[index], Values<double>(cells, cell => cell.GetDouble()), cancellationToken: cancellationToken),
                    _ => group.WriteAsync(fields[index], cells.Select(Text).ToList()!),
                });
            }

            group.CompleteValidate();
        }

        return bytes.ToArray();
    }

    private static ReadOnlyMemory<T?> Values<T>(IEnumerable<JsonElement> cells, Func<JsonElement, T> value)
        where T : struct => cells.Select(cell => cell.ValueKind == JsonValueKind.Null ? (T?)null : value(cell)).ToArray();

    private static Type TypeOf(ViewColumn column) => column.IsCollection ? typeof(string) : column.Kind switch
    {
        CellKind.Boolean => typeof(bool),
        CellKind.Integer => typeof(int),
        CellKind.Decimal => typeof(double),
        _ => typeof(string),
    };
}
