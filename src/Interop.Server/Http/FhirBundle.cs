using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Sharing.Redaction;

namespace Interop.Server.Http;

/// <summary>
/// A Bundle made of disclosures (https://hl7.org/fhir/R4/bundle.html). It has no id and no time of its own, so that equal
/// views give equal bytes.
/// </summary>
internal sealed record FhirBundle(string Type, string BaseUrl, IReadOnlyList<BundleItem> Items)
{
    public long? Total { get; init; }

    public string? Self { get; init; }

    public string? Next { get; init; }

    /// <summary>A uri; only of a document, which has one in all its copies.</summary>
    public string? Identifier { get; init; }

    /// <summary>When a document was put together as it is, UTC microseconds.</summary>
    public long Timestamp { get; init; }

    /// <summary>Another one where anything of it is another: entries change with their versions.</summary>
    public string Tag()
    {
        var parts = Items.Select(item => item.Disclosure is { } shown
            ? string.Create(CultureInfo.InvariantCulture, $"{item.SearchMode} {shown.Key} {shown.VersionId} {shown.LastUpdated}")
            : $"{item.SearchMode} {string.Join(' ', (item.Found ?? []).Select(issue => issue.Diagnostics))}");
        var text = string.Join('\n', [$"{Type} {Total} {Self} {Next}", .. parts]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    /// <summary>
    /// Writes all of it into the connection's own buffers, so that no resource waits in memory until a slow client has taken it: the
    /// garbage collector would stop everybody's answers to carry it along.
    /// </summary>
    public void WriteTo(IBufferWriter<byte> response)
    {
        using var writer = new Utf8JsonWriter(response, FhirJson.Options);
        Write(writer);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteHead(writer);
        if (Items.Count > 0)
        {
            writer.WriteStartArray("entry");
            foreach (var item in Items)
            {
                Write(writer, item);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter writer)
    {
        writer.WriteString("resourceType", "Bundle");
        if (Identifier is not null)
        {
            writer.WriteStartObject("identifier");
            writer.WriteString("system", "urn:ietf:rfc:3986");
            writer.WriteString("value", Identifier);
            writer.WriteEndObject();
        }

        writer.WriteString("type", Type);
        if (Identifier is not null)
        {
            writer.WriteString("timestamp", Instants.ToText(Timestamp));
        }

        if (Total is { } total)
        {
            writer.WriteNumber("total", total);
        }

        WriteLinks(writer);
    }

    private void WriteLinks(Utf8JsonWriter writer)
    {
        if (Self is null)
        {
            return;
        }

        writer.WriteStartArray("link");
        Link("self", Self);
        if (Next is not null)
        {
            Link("next", Next);
        }

        writer.WriteEndArray();

        void Link(string relation, string url)
        {
            writer.WriteStartObject();
            writer.WriteString("relation", relation);
            writer.WriteString("url", url);
            writer.WriteEndObject();
        }
    }

    private void Write(Utf8JsonWriter writer, BundleItem item)
    {
        writer.WriteStartObject();
        if (item.Disclosure is { } disclosure)
        {
            writer.WriteString("fullUrl", $"{BaseUrl}/{disclosure.Key}");
            writer.WritePropertyName("resource");
            writer.WriteRawValue(disclosure.Body.Span, skipInputValidation: true);
        }

        if (item.Nested is { } nested)
        {
            writer.WritePropertyName("resource");
            nested.Write(writer);
        }

        if (item.Statement is { } statement)
        {
            if (item.FullUrl is not null)
            {
                writer.WriteString("fullUrl", item.FullUrl);
            }

            writer.WritePropertyName("resource");
            writer.WriteRawValue(statement.Json.Span, skipInputValidation: true);
        }

        if (item.Found is { } issuesOfSearch)
        {
            writer.WritePropertyName("resource");
            Outcome.Write(writer, issuesOfSearch);
        }

        if (item.SearchMode is { } mode)
        {
            writer.WriteStartObject("search");
            if (item.Grade is { } grade)
            {
                writer.WriteStartArray("extension");
                writer.WriteStartObject();
                writer.WriteString("url", "http://hl7.org/fhir/StructureDefinition/match-grade");
                writer.WriteString("valueCode", grade);
                writer.WriteEndObject();
                writer.WriteEndArray();
            }

            writer.WriteString("mode", mode);
            if (item.Score is { } score)
            {
                writer.WriteNumber("score", score);
            }

            writer.WriteEndObject();
        }

        if (item.Method is { } method)
        {
            writer.WriteStartObject("request");
            writer.WriteString("method", method);
            writer.WriteString("url", item.Url);
            writer.WriteEndObject();
        }

        if (item.Status is { } status)
        {
            writer.WriteStartObject("response");
            writer.WriteString("status", status);
            if (item.Location is not null)
            {
                writer.WriteString("location", item.Location);
            }

            if (item.VersionId is not null)
            {
                writer.WriteString("etag", $"W/\"{item.VersionId}\"");
            }

            if (item.LastUpdated > 0)
            {
                writer.WriteString("lastModified", Instants.ToText(item.LastUpdated));
            }

            if (item.Issues is { Count: > 0 } issues)
            {
                writer.WritePropertyName("outcome");
                Outcome.Write(writer, issues);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}

/// <summary>One entry of a Bundle; what is null is left out.</summary>
internal sealed record BundleItem(Disclosure? Disclosure)
{
    /// <summary>The answer to an entry that is stored.</summary>
    /// <param name="baseUrl">The server's own.</param>
    /// <param name="remarks">Warnings about what is stored.</param>
    public static BundleItem Stored(
        Disclosure disclosure, string baseUrl, bool created, IReadOnlyList<Issue> remarks) => new((Disclosure?)null)
    {
        Issues = remarks,
        Status = created ? "201 Created" : "200 OK",
        Location = $"{baseUrl}/{disclosure.Key}/_history/{disclosure.VersionId}",
        VersionId = disclosure.VersionId,
        LastUpdated = disclosure.LastUpdated,
    };

    /// <summary>A searchset as the answer to a GET inside a batch.</summary>
    public FhirBundle? Nested { get; init; }

    /// <summary>What the server says of its own: what it can do, or what somebody did.</summary>
    public IOwnAnswer? Statement { get; init; }

    /// <summary>Where that can be read again.</summary>
    public string? FullUrl { get; init; }

    /// <summary>An OperationOutcome as an entry of its own: what a search has to say beside its matches.</summary>
    public IReadOnlyList<Issue>? Found { get; init; }

    public string? SearchMode { get; init; }

    /// <summary>How well it matches, 0 to 1 (https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.search.score).</summary>
    public decimal? Score { get; init; }

    /// <summary>Of the code system match-grade.</summary>
    public string? Grade { get; init; }

    public string? Method { get; init; }

    public string? Url { get; init; }

    public string? Status { get; init; }

    public string? Location { get; init; }

    public string? VersionId { get; init; }

    public long LastUpdated { get; init; }

    public IReadOnlyList<Issue>? Issues { get; init; }
}
