using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;
using Interop.Server.Http;

namespace Interop.Server.Xml;

/// <summary>
/// A resource in XML (https://hl7.org/fhir/R4/xml.html) as the JSON that everything else here is made of, and back. What would be lost on
/// the way is refused: neither does a writer's element vanish, nor does a reader miss one.
/// </summary>
internal static class FhirXml
{
    // Of these two a problem is what would be lost; the rest our own validator names. They learn their classes when somebody first needs
    // them.
    private static readonly Lazy<FhirXmlDeserializer> FromXml = new(() => FhirXmlDeserializer.RECOVERABLE);
    private static readonly Lazy<FhirJsonDeserializer> FromJson = new(() => FhirJsonDeserializer.RECOVERABLE);
    private static readonly Lazy<FhirJsonSerializer> ToText = new(() => new());
    private static readonly Lazy<FhirXmlSerializer> ToMarkup = new(() => new());

    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true,
    };

    /// <exception cref="FhirException">400: no XML, or no resource of R4, with the place of what is wrong.</exception>
    public static byte[] ToJson(ReadOnlyMemory<byte> xml)
    {
        using var stream = new MemoryStream(xml.ToArray(), writable: false);
        Resource? resource;
        try
        {
            DemandNamespaces(stream);
            stream.Position = 0;
            using var reader = XmlReader.Create(stream, Reading);
            _ = FromXml.Value.TryDeserializeResource(reader, out resource, out var problems);
            if (problems.FirstOrDefault() is { } problem)
            {
                throw new FhirException(
                    IssueCode.Structure,
                    $"The XML is not that of a resource of R4 ({problem.ErrorCode}).",
                    (problem as ExtendedCodedException)?.InstancePath);
            }
        }
        catch (XmlException)
        {
            throw new FhirException(IssueCode.Structure, "The body is not well-formed XML, or has a document type.");
        }

        if (resource is null)
        {
            throw new FhirException(IssueCode.Structure, "The body is no resource in XML.");
        }

        var buffer = new ArrayBufferWriter<byte>(xml.Length);
        using (var writer = new Utf8JsonWriter(buffer, FhirJson.Options))
        {
            ToText.Value.Serialize(resource, writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="format">How the query asked for XML, which links to further pages say again; null where a header did.</param>
    /// <exception cref="FhirException">406: the answer can't be said in XML as it is.</exception>
    public static byte[] OfJson(ReadOnlySpan<byte> json, string? format)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        _ = FromJson.Value.TryDeserializeResource(ref reader, out var resource, out var problems);
        if (resource is null || problems.Any())
        {
            throw new FhirException(IssueCode.NotSupported.With(406), "This answer can't be said in XML: ask for JSON.");
        }

        foreach (var link in format is not null && resource is Bundle bundle ? bundle.Link : [])
        {
            link.Url += $"{(link.Url!.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_format={Uri.EscapeDataString(format!)}";
        }

        using var stream = new MemoryStream(json.Length * 2);
        using (var writer = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(false) }))
        {
            ToMarkup.Value.Serialize(resource, writer);
        }

        return stream.ToArray();
    }

    /// <summary>Firely's reader takes elements of any namespace for FHIR's.</summary>
    private static void DemandNamespaces(Stream xml)
    {
        using var reader = XmlReader.Create(xml, Reading);
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element
                && reader.NamespaceURI is not ("http://hl7.org/fhir" or "http://www.w3.org/1999/xhtml"))
            {
                throw new FhirException(IssueCode.Structure, "An element is in another namespace than that of FHIR or XHTML.");
            }
        }
    }
}
