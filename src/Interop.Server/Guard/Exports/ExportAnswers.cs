using Interop.Server.Http;

namespace Interop.Server.Guard.Exports;

/// <summary>What became of an export that is asked about.</summary>
internal abstract record ExportState
{
    /// <summary>There is none, or it is somebody else's.</summary>
    public sealed record Absent : ExportState;

    public sealed record Running(string Progress) : ExportState;

    public sealed record Failed(string Reason) : ExportState;

    public sealed record Done(ExportManifest Manifest) : ExportState;
}

/// <summary>Which files there are (https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status).</summary>
internal sealed class ExportManifest : IOwnAnswer
{
    private ExportManifest(byte[] json, DateTimeOffset expires) => (Json, Expires) = (json, expires);

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType => "application/json";

    public DateTimeOffset? Expires { get; }

    /// <param name="begun">UTC microseconds.</param>
    /// <param name="url">Where its files are.</param>
    public static ExportManifest Of(
        ExportRequest request, IReadOnlyList<ExportedFile> files, long begun, string url, DateTimeOffset expires) => new(
        FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("transactionTime", Instants.ToText(begun));
            writer.WriteString("request", request.Url);
            writer.WriteBoolean("requiresAccessToken", true);
            writer.WriteStartArray("output");
            foreach (var file in files)
            {
                writer.WriteStartObject();
                writer.WriteString("type", file.Type);
                writer.WriteString("url", $"{url}/{request.NameOf(file)}");
                writer.WriteNumber("count", file.Count);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("deleted");
            writer.WriteEndArray();
            writer.WriteStartArray("error");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }),
        expires);
}

/// <summary>One file of an export, made of disclosures.</summary>
internal sealed class ExportFile : IOwnAnswer
{
    public const string NdJson = "application/fhir+ndjson";

    private ExportFile(ReadOnlyMemory<byte> lines) => Json = lines;

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType => NdJson;

    public bool MayBePacked => true;

    /// <summary>As far as it was written whole.</summary>
    public static async Task<ExportFile> ReadAsync(ExportFiles files, ExportedFile file, CancellationToken cancellationToken) =>
        new((await files.ReadAsync(file.Name, cancellationToken)).AsMemory(0, checked((int)file.Bytes)));
}
