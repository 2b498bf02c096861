using CsvHelper;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>Tables as HSDS's tabular data package has them: a file for each, with the fields' names in its first line.</summary>
internal static class HsdsCsv
{
    private const int LongestRecord = 1 << 20;

    public static void Read(string file, HsdsTables tables)
    {
        var table = HsdsRecord.TableOf(Path.GetFileNameWithoutExtension(file));
        var options = CsvReaderOptions.Default with
        {
            TrackLineNumbers = true,
            MaxRecordSize = LongestRecord,
            MalformedData = CsvMalformedDataHandling.Skip,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            OnMalformedRecord = record => tables.Problems.Add(new($"{file}:{record.LineNumber}", "The line is not CSV.")),
        };
        using var csv = CsvReader.FromFile(file, options);
        try
        {
            Read(csv, file, table, tables);
        }
        catch (CsvFormatException malformed)
        {
            tables.Problems.Add(new($"{file}:{malformed.LineNumber}", "From this line on the file is not CSV."));
        }
    }

    private static void Read(CsvReader csv, string file, string table, HsdsTables tables)
    {
        string[] header = [.. csv.Headers];
        var named = Array.FindLastIndex(header, name => !string.IsNullOrWhiteSpace(name)) + 1;
        while (csv.Read())
        {
            var where = $"{file}:{csv.LineNumber}";
            if (csv.FieldCount > header.Length || csv.FieldCount < named)
            {
                tables.Problems.Add(new(where, $"The line has {csv.FieldCount} fields where the first line has {named}."));
                continue;
            }

            tables.Add(HsdsRecord.Of(
                table, where, Enumerable.Range(0, named).Select(field => KeyValuePair.Create(header[field], csv.GetString(field)))));
        }
    }
}
