using Interop.Fhir.FhirPath;
using Interop.Fhir.Schema;

namespace Interop.Fhir.References;

/// <summary>
/// The addresses under which clients know this server, and what a reference says in their light. One resource has many addresses: an
/// address counts as ours with either scheme, without its port, in any case of the host and with slashes too many. To take a foreign
/// one for ours costs a 404; to take ours for a foreign one would leave a consent without effect.
/// </summary>
public sealed class ServiceBases
{
    private readonly List<(string Host, int? Port, string[] Path)> bases;

    /// <param name="urls">Absolute http or https URLs.</param>
    public ServiceBases(params IEnumerable<string> urls) =>
        bases =
        [
            .. urls.Select(url => new Uri(url))
                .Select(url => (Host: HostOf(url), Port: PortOf(url), Path: Segments(url.AbsolutePath)))
                .OrderByDescending(item => item.Path.Length),
        ];

    /// <summary>What the value of <c>Reference.reference</c> says.</summary>
    public ReferenceReading Read(string text)
    {
        if (text.Length == 0 || text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            return new ReferenceReading.Unreadable();
        }

        if (text[0] == '#')
        {
            return text.Length == 1 || ResourceKey.IsId(text[1..])
                ? new ReferenceReading.Fragment(text[1..])
                : new ReferenceReading.Unreadable();
        }

        var scheme = SchemeOf(text);
        return scheme switch
        {
            null => Relative(text),
            "urn" => new ReferenceReading.Urn(),
            "http" or "https" => Absolute(text),
            _ => new ReferenceReading.Foreign(null),
        };
    }

    /// <summary>
    /// Below which what is relative to the address stands, where it is another server's: its base, or the address itself where it does not
    /// end like that of a resource. Null for our own, for names (urn) and for what can't be read.
    /// </summary>
    public string? ForeignBase(string address)
    {
        if (Read(address) is not ReferenceReading.Foreign)
        {
            return null;
        }

        var place = address.TrimEnd('/');
        return ReferenceText.Split(place) is { } parts
            ? place[..place.LastIndexOf($"/{parts.Type}/{parts.Id}", StringComparison.Ordinal)]
            : place;
    }

    /// <summary>What of an address stands below our base; relative addresses with a slash before them, too.</summary>
    public string BelowBase(string address)
    {
        if (SchemeOf(address) is not ("http" or "https") || !Uri.TryCreate(address, UriKind.Absolute, out var url))
        {
            return address.TrimStart('/');
        }

        var path = Segments(url.AbsolutePath);
        return OwnPath(url, path) is { } own ? string.Join('/', path[own..]) + url.Query : address;
    }

    private static ReferenceReading Relative(string text)
    {
        var question = text.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? Local(text.Split('/')) : Conditional([text[..question]], text[(question + 1)..]);
    }

    private ReferenceReading Absolute(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            return new ReferenceReading.Unreadable();
        }

        var path = Segments(url.AbsolutePath);
        return OwnPath(url, path) is not { } own ? new ReferenceReading.Foreign(ReferenceText.Split(text)?.Type)
            : url.Fragment.Length > 0 ? new ReferenceReading.Unreadable()
            : url.Query.Length > 0 ? Conditional(path[own..], url.Query[1..])
            : Local(path[own..]);
    }

    /// <summary>How many segments of the path are those of one of our bases; null where it is none.</summary>
    private int? OwnPath(Uri url, string[] path)
    {
        foreach (var (host, port, own) in bases)
        {
            if (HostOf(url) == host && (PortOf(url) is null || PortOf(url) == port) && path.Length >= own.Length
                && own.Zip(path).All(pair => string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase)))
            {
                return own.Length;
            }
        }

        return null;
    }

    private static ReferenceReading Local(string[] parts)
    {
        var isVersion = parts.Length == 4 && parts[2] == "_history" && ResourceKey.IsId(parts[3]);
        return (parts.Length == 2 || isVersion) && FhirFacts.R4.IsResourceType(parts[0]) && ResourceKey.IsId(parts[1])
            ? new ReferenceReading.Local(new(parts[0], parts[1]), isVersion ? parts[3] : null)
            : new ReferenceReading.Unreadable();
    }

    private static ReferenceReading Conditional(string[] path, string query) =>
        path is [var type] && FhirFacts.R4.IsResourceType(type) && query.Length > 0
            ? new ReferenceReading.Conditional(type, query)
            : new ReferenceReading.Unreadable();

    /// <summary>A root label is no other host, and Uri has made the letters small.</summary>
    private static string HostOf(Uri url) => url.IdnHost.TrimEnd('.');

    private static int? PortOf(Uri url) => url.IsDefaultPort || url.Port is 80 or 443 ? null : url.Port;

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string? SchemeOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var isScheme = colon > 0 && char.IsAsciiLetter(text[0])
            && text[..colon].All(character => char.IsAsciiLetterOrDigit(character) || character is '+' or '-' or '.');
        return isScheme ? text[..colon].ToLowerInvariant() : null;
    }
}
