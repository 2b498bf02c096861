using System.Globalization;
using System.Net;
using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Subscriptions;

/// <summary>
/// What a Subscription asks for, in the form of the R5 Subscriptions Backport for R4
/// (https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription.html).
/// </summary>
/// <param name="Filters">Criteria as in a URL, all of which must be met.</param>
/// <param name="Endpoint">Where it is called; null for a WebSocket, which the subscriber opens.</param>
/// <param name="Content">empty, id-only or full-resource.</param>
/// <param name="Heartbeat">How long it stays silent at most; null for ever.</param>
/// <param name="End">When it ends, UTC microseconds; null for never.</param>
internal sealed record SubscriptionRequest(
    string Status,
    Topic Topic,
    IReadOnlyList<string> Filters,
    Uri? Endpoint,
    string Content,
    TimeSpan? Heartbeat,
    long? End,
    IReadOnlyList<string> Headers)
{
    private const string Guide = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";
    private const int ShortestHeartbeat = 10;

    private static readonly string[] Contents = ["empty", "id-only", "full-resource"];

    // What says where a message goes, or how long it is, is not the subscriber's to say.
    private static readonly string[] OwnHeaders =
        ["host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer"];

    /// <summary>What it asks for; null with all that it may not ask for.</summary>
    /// <param name="mayBePrivate">Whether addresses of this machine and of private networks are allowed.</param>
    public static (SubscriptionRequest? Request, IReadOnlyList<Issue> Issues) Read(ReadOnlyMemory<byte> body, bool mayBePrivate)
    {
        using var document = JsonDocument.Parse(body, FhirJson.Parsing);
        var (root, issues) = (document.RootElement, new List<Issue>());
        var channel = root.At("channel");
        var topic = Topic.Of(root.Text("criteria"));
        if (topic is null)
        {
            Refuse("criteria", $"It must be the canonical URL of a topic: {string.Join(", ", Topic.All.Select(known => known.Url))}.");
        }

        var filters = Values(root.At("_criteria"), "backport-filter-criteria", "valueString", "criteria")
            .Select(filter => Filter(topic, filter)).OfType<string>().ToList();
        var isSocket = channel.Text("type") == "websocket";
        if (!isSocket && channel.Text("type") != "rest-hook")
        {
            Refuse("channel.type", "The channel must be rest-hook or websocket.");
        }

        var endpoint = isSocket ? null : EndpointOf(channel);
        if (isSocket && channel.Text("endpoint") is not null)
        {
            Refuse("channel.endpoint", "A WebSocket is opened by the subscriber: it has no endpoint.");
        }

        var content =
            Values(channel.At("_payload"), "backport-payload-content", "valueCode", "channel.payload").FirstOrDefault() ?? "id-only";
        if (!Contents.Contains(content))
        {
            Refuse("channel.payload", $"The content must be one of {string.Join(", ", Contents)}.");
        }

        if (channel.Text("payload") is { } payload && payload is not (FhirRequest.MediaType or "application/json"))
        {
            Refuse("channel.payload", "What is sent is application/fhir+json.");
        }

        var heartbeat = Values(channel, "backport-heartbeat-period", "valueUnsignedInt", "channel").Select(Number).FirstOrDefault();
        if (heartbeat is < ShortestHeartbeat)
        {
            Refuse("channel.extension", $"A heartbeat comes every {ShortestHeartbeat} seconds at most.");
        }

        var headers = channel.Items("header").Select(header => header.GetString()!).ToList();
        if (!headers.TrueForAll(IsHeader) || (isSocket && headers.Count > 0))
        {
            Refuse("channel.header", "A header has a name that is the subscriber's to choose, a colon and a value.");
        }

        long? end = DateTimeOffset.TryParse(root.Text("end"), CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? Instants.ToMicroseconds(moment)
            : null;
        if (root.Text("end") is not null && end is null)
        {
            Refuse("end", "It must be a moment of the calendar.");
        }

        if (root.Text("status") is not ("requested" or "off"))
        {
            Refuse("status", "It is sent as requested, or as off; what becomes of it the server says.");
        }

        return issues.Count > 0 || topic is null
            ? (null, issues)
            : (Made(root.Text("status")!), []);

        SubscriptionRequest Made(string status) => new(
            status,
            topic,
            filters,
            endpoint,
            content,
            heartbeat is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            end,
            headers);

        void Refuse(string element, string rule) =>
            issues.Add(new(IssueSeverity.Error, "business-rule", rule, $"Subscription.{element}"));

        // An extension that is not understood would be stored without effect.
        IEnumerable<string> Values(JsonElement at, string name, string value, string element)
        {
            foreach (var extension in at.Items("extension"))
            {
                if (extension.Text("url") != Guide + name)
                {
                    Refuse(element, $"The extension is not supported here; {Guide}{name} is.");
                }
                else if (extension.At(value) is { ValueKind: not JsonValueKind.Undefined } found)
                {
                    yield return found.ToString();
                }
            }
        }

        string? Filter(Topic? known, string filter)
        {
            if (known is null)
            {
                return null;
            }

            var query = filter.StartsWith(known.Type + "?", StringComparison.Ordinal) ? filter[(known.Type.Length + 1)..] : filter;
            if (FhirRequest.Pairs(query) is { Count: > 0 } pairs && pairs.All(pair => IsFilter(known, pair.Key)))
            {
                return query;
            }

            Refuse("criteria", $"Of this topic a filter has parameters of {known.Type}: {string.Join(", ", known.Filters)}.");
            return null;
        }

        Uri? EndpointOf(JsonElement at)
        {
            if (!Uri.TryCreate(at.Text("endpoint"), UriKind.Absolute, out var address) || address.UserInfo.Length > 0
                || address.Fragment.Length > 0 || address.Scheme is not ("https" or "http"))
            {
                Refuse("channel.endpoint", "It must be an https URL, without a name, a password or a fragment.");
                return null;
            }

            var isLoopback = address.IsLoopback;
            if (address.Scheme != "https" && !(isLoopback && mayBePrivate))
            {
                Refuse("channel.endpoint", "Nothing is sent without TLS: it must be an https URL.");
            }
            else if (!mayBePrivate
                && (isLoopback || (IPAddress.TryParse(address.IdnHost, out var literal) && !PublicAddress.Is(literal))))
            {
                Refuse("channel.endpoint", "It must be an address that is public.");
            }

            return address;
        }

        static int? Number(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>A parameter of the topic's, also with a modifier, but not on to what it refers to.</summary>
    private static bool IsFilter(Topic topic, string name) => !name.Contains('.') && topic.Filters.Contains(name.Split(':')[0]);

    private static bool IsHeader(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text.Length <= 8192
            && !OwnHeaders.Contains(text[..colon].Trim().ToLowerInvariant())
            && text[..colon].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            && text[(colon + 1)..].All(letter => letter is >= ' ' and <= '~');
    }
}
