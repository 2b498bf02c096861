using System.Globalization;
using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;
using FhirTask = Hl7.Fhir.Model.Task;

namespace Interop.Server.FollowUp;

/// <summary>The contact that a person is owed within 48 hours of the end of a crisis encounter.</summary>
public static class FollowUpTask
{
    public const string Code = "follow-up-48h";

    /// <summary>Elapsed hours, so that a change of the clocks moves nothing.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromHours(48);

    /// <summary>What was over longer ago when it was written down is history: a feed that is replayed, a record that is copied.</summary>
    private static readonly TimeSpan History = TimeSpan.FromHours(72);

    private const string FollowUpEncounter = "390906007";

    /// <summary>
    /// The Task for an Encounter that has just finished; null when it is not finished, has no subject, belongs to another
    /// organisation, or is a follow-up itself. Its id follows from the Encounter's, so the same encounter gives the same Task.
    /// </summary>
    /// <param name="encounter">The Encounter as valid UTF-8 JSON.</param>
    /// <param name="instant">When the encounter was found finished; authoredOn, and the end where the period has none.</param>
    /// <param name="custodian">Id of the Organization that requests and owns the Task.</param>
    /// <param name="secret">Key of name-based ids.</param>
    public static MappedResource? TaskFor(
        ReadOnlyMemory<byte> encounter, DateTimeOffset instant, string custodian, ReadOnlySpan<byte> secret)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        var root = document.RootElement;
        if (!IsOwedFor(root, custodian))
        {
            return null;
        }

        var (id, subject) = (TextAt(root, "id"), TextAt(root, "subject", "reference"));
        var organization = $"Organization/{custodian}";
        var end = EndOf(TextAt(root, "period", "end")) ?? instant;
        return MappedResource.Of(new FhirTask
        {
            Id = NameBasedId.Of(secret, $"{Code}|Encounter/{id}"),
            Status = FhirTask.TaskStatus.Requested,
            Intent = FhirTask.TaskIntent.Order,
            Code = new($"{CrisisProfiles.Base}/CodeSystem/crisis-task", Code),
            Focus = new($"Encounter/{id}"),
            For = new(subject),
            Encounter = new($"Encounter/{id}"),
            AuthoredOn = instant.ToDateTimeText(),
            LastModified = instant.ToDateTimeText(),
            Requester = new(organization),
            Owner = new(organization),
            Restriction = new() { Period = new() { End = (end + Within).ToDateTimeText() } },
        });
    }

    /// <summary>Whether something is owed for the Encounter: it is finished, a person's, the custodian's, and no follow-up.</summary>
    internal static bool IsOwedFor(ReadOnlyMemory<byte> encounter, string custodian)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        return IsOwedFor(document.RootElement, custodian);
    }

    /// <summary>Whether the Encounter was over too long ago for anything to be owed; one without an end is over now.</summary>
    /// <param name="instant">UTC microseconds.</param>
    internal static bool IsHistory(ReadOnlyMemory<byte> encounter, long instant)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        return TaskBody.TimeAt(document.RootElement.At("period"), "end") < instant - History.InMicroseconds();
    }

    private static bool IsOwedFor(JsonElement encounter, string custodian)
    {
        var organization = $"Organization/{custodian}";
        return TextAt(encounter, "status") == "finished"
            && TextAt(encounter, "id") is not null
            && TextAt(encounter, "subject", "reference") is not null
            && (TextAt(encounter, "serviceProvider", "reference") ?? organization) == organization
            && !IsFollowUp(encounter);
    }

    /// <summary>The follow-up of somebody who wants none: it is there, with its reason, and nobody's to do.</summary>
    internal static byte[] Refused(TaskBody task, ResourceKey consent, long instant) => task
        .Output("refusal", consent)
        .End("cancelled", "consent-refused", "The person refuses to be followed up.", instant)
        .Bytes;

    private static bool IsFollowUp(JsonElement encounter) =>
        encounter.TryGetProperty("type", out var types)
        && types.ValueKind == JsonValueKind.Array
        && types.EnumerateArray().Any(type =>
            type.TryGetProperty("coding", out var codings)
            && codings.EnumerateArray().Any(coding => TextAt(coding, "code") == FollowUpEncounter));

    /// <summary>An end that names a day or less is not an instant to count from.</summary>
    private static DateTimeOffset? EndOf(string? text) =>
        text is { Length: > 19 }
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var end)
        && end <= DateTimeOffset.MaxValue - Within
            ? end
            : null;

    private static string? TextAt(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
