using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Interop.Server.Dispatch.Eido;

/// <summary>The parts of a PIDF-LO document (RFC 4119, RFC 5139, RFC 5491) that a FHIR Location can say.</summary>
/// <param name="Line">Street and number, as far as given.</param>
/// <param name="Latitude">WGS 84 degrees.</param>
/// <param name="Longitude">WGS 84 degrees.</param>
public sealed record CivicPlace(
    string? Line, string? City, string? District, string? State, string? PostalCode, string? Country, decimal? Latitude, decimal? Longitude)
{
    private const int MaximumCharacters = 100_000;
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    /// <summary>Reads the XML with DTDs and every outside reference off; null when it is not such a document.</summary>
    public static CivicPlace? TryParse(string xml)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaximumCharacters,
        };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), settings);
            return Read(XDocument.Load(reader));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static CivicPlace Read(XDocument document)
    {
        string? Civic(string name) =>
            document.Descendants().FirstOrDefault(element =>
                element.Name.LocalName == name && element.Parent?.Name.LocalName == "civicAddress") is { } found
            && found.Value.Trim() is { Length: > 0 } text
                ? text
                : null;

        string[] street = [.. new[] { Civic("HNO"), Civic("PRD"), Civic("RD"), Civic("STS"), Civic("POD") }.OfType<string>()];
        var position = document.Descendants().FirstOrDefault(element => element.Name.LocalName == "pos")?.Value.Split(
            [' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var latitude = Degrees(position, 0, 90);
        var longitude = Degrees(position, 1, 180);
        var isPlaced = latitude is not null && longitude is not null;
        return new(
            street.Length == 0 ? null : string.Join(' ', street),
            Civic("A3"),
            Civic("A2"),
            Civic("A1"),
            Civic("PC"),
            Civic("country"),
            isPlaced ? latitude : null,
            isPlaced ? longitude : null);
    }

    private static decimal? Degrees(string[]? position, int index, decimal limit) =>
        position is { Length: >= 2 }
        && decimal.TryParse(position[index], Plain, CultureInfo.InvariantCulture, out var value)
        && Math.Abs(value) <= limit
            ? value
            : null;
}
