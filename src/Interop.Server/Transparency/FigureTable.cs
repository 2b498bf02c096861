using System.Security.Cryptography;
using System.Text.Json;
using CsvHelper;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Transparency;

/// <summary>The figures of published reports as CSV (RFC 4180) or as a JSON list of objects.</summary>
internal sealed class FigureTable : IOwnAnswer
{
    // A spreadsheet takes what begins so for a formula (OWASP, CSV injection): names of districts are a site's own.
    private const string Formula = "=+-@\t\r";

    private FigureTable(byte[] bytes, string mediaType)
    {
        (Json, MediaType) = (bytes, mediaType);
        Tag = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
    }

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType { get; }

    /// <summary>All of it is everybody's.</summary>
    public bool MayBePacked => true;

    public (TimeSpan Time, string Tag)? Keep => (SignedReports.Fresh, Tag);

    private string Tag { get; }

    public static FigureTable Of(IReadOnlyList<Disclosure> reports, bool isCsv) => isCsv
        ? new(Csv(reports), "text/csv; charset=utf-8")
        : new(List(reports), "application/json");

    private static byte[] Csv(IEnumerable<Disclosure> reports)
    {
        using var bytes = new MemoryStream();
        using (var csv = CsvWriter.Create(bytes, CsvWriterOptions.Default with { NewLine = "\r\n" }, leaveOpen: true))
        {
            csv.WriteHeader([.. FigureRow.Names]);
            foreach (var row in reports.SelectMany(FigureRow.Of))
            {
                foreach (var cell in row.Cells)
                {
                    csv.WriteField(cell.Length > 0 && Formula.Contains(cell[0]) ? $"'{cell}" : cell);
                }

                csv.EndRecord();
            }
        }

        return bytes.ToArray();
    }

    private static byte[] List(IEnumerable<Disclosure> reports) => FhirJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var row in reports.SelectMany(FigureRow.Of))
        {
            writer.WriteStartObject();
            foreach (var (name, cell) in FigureRow.Names.Zip(row.Cells))
            {
                Write(writer, name, cell);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>Numbers are numbers, and what is empty is null.</summary>
    private static void Write(Utf8JsonWriter writer, string name, string cell)
    {
        writer.WritePropertyName(name);
        if (cell.Length == 0)
        {
            writer.WriteNullValue();
        }
        else if (name is "cases" or "counted" or "missing" or "missing_percent" or "value")
        {
            writer.WriteRawValue(cell);
        }
        else
        {
            writer.WriteStringValue(cell);
        }
    }
}
