using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Sharing.Redaction;

namespace Interop.Server.Subscriptions;

/// <summary>
/// What a subscriber is told (https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html): a Bundle of type history that
/// begins with how the subscription stands. Of resources it holds what was disclosed, or their addresses, or nothing.
/// </summary>
internal sealed class Notification : IOwnAnswer
{
    private const string Guide = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/";

    private Notification(byte[] json) => Json = json;

    public ReadOnlyMemory<byte> Json { get; }

    /// <param name="type">handshake, heartbeat, event-notification or query-event.</param>
    /// <param name="instant">When it is told, UTC microseconds.</param>
    public static Notification Of(
        string baseUrl, SubscriptionStanding standing, string type, IReadOnlyList<NotifiedEvent> events, string content, long instant) =>
        new(FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            Profile(writer, "backport-subscription-notification-r4");
            writer.WriteString("type", "history");
            writer.WriteString("timestamp", Instants.ToText(instant));
            writer.WriteStartArray("entry");
            writer.WriteStartObject();
            writer.WriteString("fullUrl", $"urn:uuid:{Guid.NewGuid()}");
            writer.WritePropertyName("resource");
            Status(writer, baseUrl, standing, type, events, content);
            Exchanged(writer, "GET", $"Subscription/{standing.Id}/$status");
            writer.WriteEndObject();
            foreach (var told in content == "empty" ? [] : events)
            {
                writer.WriteStartObject();
                writer.WriteString("fullUrl", $"{baseUrl}/{told.Key}");
                if (told.Focus is not { } focus)
                {
                    Exchanged(writer, "DELETE", told.Key.ToString());
                }
                else if (content == "full-resource")
                {
                    writer.WritePropertyName("resource");
                    writer.WriteRawValue(focus.Body.Span, skipInputValidation: true);
                    Exchanged(writer, "PUT", told.Key.ToString());
                }
                else
                {
                    Exchanged(writer, "GET", told.Key.ToString());
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));

    /// <summary>How subscriptions stand, as the answer to who asks.</summary>
    public static Notification Standings(string baseUrl, IReadOnlyList<SubscriptionStanding> standings) =>
        new(FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", "Bundle");
            writer.WriteString("type", "searchset");
            writer.WriteNumber("total", standings.Count);
            if (standings.Count > 0)
            {
                writer.WriteStartArray("entry");
                foreach (var standing in standings)
                {
                    writer.WriteStartObject();
                    writer.WriteString("fullUrl", $"urn:uuid:{Guid.NewGuid()}");
                    writer.WritePropertyName("resource");
                    Status(writer, baseUrl, standing, "query-status", [], "empty");
                    writer.WriteStartObject("search");
                    writer.WriteString("mode", "match");
                    writer.WriteEndObject();
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }));

    private static void Status(
        Utf8JsonWriter writer,
        string baseUrl,
        SubscriptionStanding standing,
        string type,
        IReadOnlyList<NotifiedEvent> events,
        string content)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", "Parameters");
        Profile(writer, "backport-subscription-status-r4");
        writer.WriteStartArray("parameter");
        Reference("subscription", $"{baseUrl}/Subscription/{standing.Id}");
        Value("topic", "valueCanonical", standing.Topic);
        Value("status", "valueCode", standing.Status);
        Value("type", "valueCode", type);
        Value("events-since-subscription-start", "valueString", standing.Events.ToString(CultureInfo.InvariantCulture));
        foreach (var told in events)
        {
            writer.WriteStartObject();
            writer.WriteString("name", "notification-event");
            writer.WriteStartArray("part");
            Value("event-number", "valueString", told.Number.ToString(CultureInfo.InvariantCulture));
            Value("timestamp", "valueInstant", Instants.ToText(told.HappenedAt));
            if (content != "empty")
            {
                Reference("focus", $"{baseUrl}/{told.Key}");
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();

        void Reference(string name, string reference)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteStartObject("valueReference");
            writer.WriteString("reference", reference);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        void Value(string name, string property, string value)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString(property, value);
            writer.WriteEndObject();
        }
    }

    /// <summary>Bundles of type history have both in each entry.</summary>
    private static void Exchanged(Utf8JsonWriter writer, string method, string url)
    {
        writer.WriteStartObject("request");
        writer.WriteString("method", method);
        writer.WriteString("url", url);
        writer.WriteEndObject();
        writer.WriteStartObject("response");
        writer.WriteString("status", "200");
        writer.WriteEndObject();
    }

    private static void Profile(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject("meta");
        writer.WriteStartArray("profile");
        writer.WriteStringValue(Guide + name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

/// <summary>How a subscription stands.</summary>
/// <param name="Topic">Its canonical.</param>
/// <param name="Events">How many its subscriber was told.</param>
internal sealed record SubscriptionStanding(string Id, string Topic, string Status, long Events);

/// <summary>One event, as the subscriber sees what it happened to.</summary>
/// <param name="HappenedAt">UTC microseconds.</param>
/// <param name="Focus">Null where the resource was deleted.</param>
internal sealed record NotifiedEvent(long Number, long HappenedAt, ResourceKey Key, Disclosure? Focus);
