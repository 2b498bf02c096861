using System.Text;
using System.Text.Json;
using Interop.Fhir.Tables;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;

namespace Interop.Server.Guard.Exports;

/// <summary>What an export is of (https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters), checked.</summary>
/// <param name="Url">As it was asked.</param>
/// <param name="Compartment">Patient where only what is about patients is wanted; null for all.</param>
/// <param name="Patients">Ids of those that a group has; null for all.</param>
/// <param name="Types">In the order in which they are written.</param>
/// <param name="Since">A time as it was sent, or null.</param>
/// <param name="Filters">Searches of which one must be met, by their type.</param>
/// <param name="Elements">Names, some with their type before a dot.</param>
internal sealed record ExportRequest(
    string Url,
    string? Compartment,
    IReadOnlyList<string>? Patients,
    IReadOnlyList<string> Types,
    string? Since,
    IReadOnlyList<ExportFilter> Filters,
    IReadOnlyList<string> Elements)
{
    /// <summary>The view whose rows are written instead of resources; null for none.</summary>
    public ExportedTable? Table { get; init; }

    public string Write() => JsonSerializer.Serialize(this);

    public static ExportRequest Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new(
            root.Text(nameof(Url))!,
            root.Text(nameof(Compartment)),
            root.GetProperty(nameof(Patients)).ValueKind == JsonValueKind.Null ? null : root.Texts(nameof(Patients)),
            root.Texts(nameof(Types)),
            root.Text(nameof(Since)),
            [.. root.GetProperty(nameof(Filters)).EnumerateArray().Select(
                filter => new ExportFilter(filter.Text(nameof(ExportFilter.Type))!, filter.Text(nameof(ExportFilter.Query))!))],
            root.Texts(nameof(Elements)))
        {
            // What began under an older version has none.
            Table = root.TryGetProperty(nameof(Table), out var table) && table.ValueKind == JsonValueKind.Object
                ? new(
                    table.Text(nameof(ExportedTable.View))!,
                    table.Text(nameof(ExportedTable.Format))!,
                    table.TryGetProperty(nameof(ExportedTable.IsLimited), out var limited) && limited.GetBoolean())
                : null,
        };
    }

    /// <summary>What a file is called where it is fetched: rows are kept as lines, and made into their format then.</summary>
    public string NameOf(ExportedFile file) => Table is null ? file.Name : Path.ChangeExtension(file.Name, Table.Format);

    /// <summary>The elements of a type that are asked for; empty for all.</summary>
    public IReadOnlyList<string> ElementsOf(string type) =>
    [
        .. Elements.Where(element => !element.Contains('.', StringComparison.Ordinal)),
        .. Elements.Where(element => element.StartsWith(type + ".", StringComparison.Ordinal))
            .Select(element => element[(type.Length + 1)..]),
    ];
}

/// <param name="View">JSON of a ViewDefinition that was read before.</param>
/// <param name="Format">Code of a <see cref="TableFormat"/>.</param>
/// <param name="IsLimited">Whether it is of a limited data set, for an evaluator.</param>
internal sealed record ExportedTable(string View, string Format, bool IsLimited)
{
    public TableLines Begin() => new(
        ViewDefinition.Read(Encoding.UTF8.GetBytes(View), out _)
            ?? throw new FhirException(IssueCode.Value, "The view is not understood any more."));
}

/// <param name="Query">Criteria as in a URL.</param>
internal sealed record ExportFilter(string Type, string Query);

/// <summary>How far an export is.</summary>
/// <param name="Type">Which of the types is being written.</param>
/// <param name="After">The place in it where the next page begins; null for its start.</param>
/// <param name="Files">Those that have lines; the last one may grow.</param>
internal sealed record ExportProgress(int Type, string? After, IReadOnlyList<ExportedFile> Files)
{
    public static ExportProgress Start { get; } = new(0, null, []);

    public int Resources => Files.Sum(file => file.Count);

    public string Write() => JsonSerializer.Serialize(this);

    public static ExportProgress Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new(
            root.GetProperty(nameof(Type)).GetInt32(),
            root.Text(nameof(After)),
            [.. root.GetProperty(nameof(Files)).EnumerateArray().Select(file => new ExportedFile(
                file.Text(nameof(ExportedFile.Name))!,
                file.Text(nameof(ExportedFile.Type))!,
                file.GetProperty(nameof(ExportedFile.Count)).GetInt32(),
                file.GetProperty(nameof(ExportedFile.Bytes)).GetInt64()))]);
    }
}

/// <param name="Count">Lines.</param>
/// <param name="Bytes">As far as it was written whole; what follows is of a page that was not.</param>
internal sealed record ExportedFile(string Name, string Type, int Count, long Bytes);

/// <summary>Reads what a job's row says.</summary>
internal static class JobTexts
{
    public static string? Text(this JsonElement job, string name) => job.GetProperty(name).GetString();

    public static IReadOnlyList<string> Texts(this JsonElement job, string name) =>
        [.. job.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
