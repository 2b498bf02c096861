using System.Text.Json;
using Interop.Sharing.Json;

namespace Interop.Server.Conveyance;

/// <summary>What a subscriber sends (NENA-STA-024.1a section 2.1.5).</summary>
internal abstract record ConveyanceRequest(string? RequestId)
{
    /// <param name="Incident">The one incident that it is about; null for all that there are and will be.</param>
    /// <param name="Subscription">One that it wants to keep; null for a new one.</param>
    /// <param name="MinRate">Seconds after which something must be said though nothing has happened; null for never.</param>
    /// <param name="MaxRate">Seconds between two notifications at least; null for none.</param>
    /// <param name="Expires">Seconds; null where it does not say.</param>
    public sealed record Subscribe(
        string? RequestId, string? Incident, string? Subscription, int? MinRate, int? MaxRate, int? Expires) : ConveyanceRequest(RequestId);

    public sealed record Unsubscribe(string? RequestId, string Subscription) : ConveyanceRequest(RequestId);

    /// <summary>Something that has to be answered, and can't be done.</summary>
    /// <param name="Answer">Name of the answer.</param>
    /// <param name="Status">As of HTTP.</param>
    public sealed record Refused(string? RequestId, string Answer, int Status, string Text) : ConveyanceRequest(RequestId);

    /// <summary>That something has come, which needs no answer.</summary>
    public sealed record Acknowledged() : ConveyanceRequest((string?)null);

    private const string SubscribeAnswer = "subscribeResponse";

    public static ConveyanceRequest Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            var root = document.RootElement;
            return root.At("subscribe") is { ValueKind: JsonValueKind.Object } subscribe ? ReadSubscribe(subscribe)
                : root.At("unsubscribe") is { ValueKind: JsonValueKind.Object } unsubscribe ? ReadUnsubscribe(unsubscribe)
                : root.At("eventResponse").ValueKind == JsonValueKind.Object ? new Acknowledged()
                : root.At("terminateResponse").ValueKind == JsonValueKind.Object ? new Acknowledged()
                : new Refused(null, SubscribeAnswer, 400, "Send subscribe, unsubscribe, eventResponse or terminateResponse.");
        }
        catch (JsonException)
        {
            return new Refused(null, SubscribeAnswer, 400, "The message is not JSON.");
        }
    }

    private static ConveyanceRequest ReadSubscribe(JsonElement subscribe)
    {
        var id = subscribe.Text("requestId");
        var (incident, known) = (subscribe.Text("incidentId"), subscribe.Text("subscriptionId"));
        var (type, subtype, accepts) = (subscribe.Text("requestType"), subscribe.Text("requestSubType"), subscribe.Text("requestAccepts"));
        if (id is null)
        {
            return Wrong(400, "requestId is missing.");
        }

        foreach (var name in new[] { "minRate", "maxRate", "expires" })
        {
            if (subscribe.At(name).ValueKind != JsonValueKind.Undefined && Number(subscribe, name) is null)
            {
                return Wrong(400, $"{name} must be a whole number of seconds from 1 to 86400.");
            }
        }

        return subscribe.At("qualFilter").ValueKind != JsonValueKind.Undefined ? Wrong(406, "qualFilter is not supported.")
            : known is not null ? new Subscribe(id, null, known, null, null, Number(subscribe, "expires"))
            : !string.Equals(type, "EIDO", StringComparison.OrdinalIgnoreCase) ? Wrong(406, "requestType must be EIDO.")
            : subtype is not ("single" or "new") ? Wrong(400, "requestSubType must be single or new.")
            : (subtype == "single") != incident is { Length: > 0 } ? Wrong(400, "incidentId belongs to requestSubType single, to no other.")
            : accepts is not null && !accepts.Contains("eido+json", StringComparison.OrdinalIgnoreCase)
                ? Wrong(406, "requestAccepts must take EIDO in JSON.")
            : new Subscribe(
                id, incident, null, Number(subscribe, "minRate"), Number(subscribe, "maxRate"), Number(subscribe, "expires"));

        Refused Wrong(int status, string text) => new(id, SubscribeAnswer, status, text);
    }

    private static ConveyanceRequest ReadUnsubscribe(JsonElement unsubscribe)
    {
        var (id, known) = (unsubscribe.Text("requestId"), unsubscribe.Text("subscriptionId"));
        return id is null || known is null
            ? new Refused(id, "unsubscribeResponse", 400, "requestId or subscriptionId is missing.")
            : new Unsubscribe(id, known);
    }

    private static int? Number(JsonElement json, string name) =>
        json.At(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number is >= 1 and <= 86_400
            ? number
            : null;
}
