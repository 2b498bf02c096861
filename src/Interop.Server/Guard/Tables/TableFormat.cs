using Interop.Server.Http;

namespace Interop.Server.Guard.Tables;

/// <summary>In which form the rows of a view are sent (https://sql-on-fhir.org, OutputFormatCodes).</summary>
internal sealed record TableFormat(string Code, string MediaType)
{
    public static readonly TableFormat Json = new("json", "application/json");
    public static readonly TableFormat NdJson = new("ndjson", "application/x-ndjson");
    public static readonly TableFormat Csv = new("csv", "text/csv");
    public static readonly TableFormat Parquet = new("parquet", "application/vnd.apache.parquet");

    private static readonly TableFormat[] All = [Json, NdJson, Csv, Parquet];

    /// <param name="text">A code or a media type; null for lines of JSON.</param>
    /// <exception cref="FhirException">400: another one.</exception>
    public static TableFormat Of(string? text) => text is null
        ? NdJson
        : Array.Find(All, format => format.Code == text || format.MediaType == text)
            ?? throw new FhirException(
                IssueCode.NotSupported, $"The parameter _format must be one of {string.Join(", ", All.Select(format => format.Code))}.");
}
