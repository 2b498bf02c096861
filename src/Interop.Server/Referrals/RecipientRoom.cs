using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Search;
using Interop.Fhir.Validation;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.ServiceDirectory;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Interop.Sharing.Redaction;

namespace Interop.Server.Referrals;

/// <summary>
/// What the directory says of the room at whom a referral goes to: each service with a capacity, and the beds. Who asks reads it in the
/// answer; what is full, has a waiting list or is closed now is a warning there, and forbids nothing.
/// </summary>
internal sealed class RecipientRoom(SearchQueryParser queries, InteropSettings settings)
{
    private const int MostServices = 20;

    /// <param name="owner">Id of the Organization that gets the referral.</param>
    public IReadOnlyList<Issue> Remarks(GuardedTransaction transaction, ReadOnlyMemory<byte> task, string owner)
    {
        var addressed = Referral.At(task, "owner");
        var services = addressed is { Type: "HealthcareService" or "PractitionerRole" } narrow
            ? ServicesOf(transaction, narrow)
            : Directory(transaction, "HealthcareService", owner, _ => true).Select(service => service.Key).ToList();
        var now = TimeZoneInfo.ConvertTime(Instants.ToDateTimeOffset(transaction.Instant), settings.TimeZone);
        var said = services.Distinct().Take(MostServices)
            .Select(service => transaction.Read(service, Sights.OfDirectory(transaction.Instant)))
            .OfType<Disclosure>()
            .SelectMany(service => Said(service, now, isAddressed: addressed == service.Key));
        return [.. said, .. Beds(transaction, owner)];
    }

    private static IEnumerable<Issue> Said(Disclosure service, DateTimeOffset now, bool isAddressed)
    {
        var hours = OpeningHours.Say(service.Body, now);
        var isClosed = hours == false;
        if (ServiceCapacity.Of(service.Body) is { } capacity)
        {
            yield return capacity == ServiceCapacity.Room
                ? new(IssueSeverity.Information, "informational", $"{service.Key} has capacity.", "Task.owner")
                : Warning(capacity == ServiceCapacity.Waitlist ? $"{service.Key} has a waiting list." : $"{service.Key} is full.");
        }
        else if (isAddressed && !isClosed)
        {
            yield return new(IssueSeverity.Information, "informational", $"{service.Key} does not say whether it has room.", "Task.owner");
        }

        if (isClosed)
        {
            yield return Warning($"{service.Key} is closed now.");
        }
    }

    private IEnumerable<Issue> Beds(GuardedTransaction transaction, string owner)
    {
        var states = Directory(transaction, "Location", owner, IsBed).Select(bed => StatusOf(bed.Body)).ToList();
        var free = states.Count(status => status == "U");
        if (states.Count > 0)
        {
            var text = $"Organization/{owner} has {free} of {states.Count} beds free.";
            yield return free > 0 ? new(IssueSeverity.Information, "informational", text, "Task.owner") : Warning(text);
        }
    }

    private static List<ResourceKey> ServicesOf(GuardedTransaction transaction, ResourceKey addressed)
    {
        if (addressed.Type == "HealthcareService")
        {
            return [addressed];
        }

        if (transaction.Read(addressed, Sights.OfDirectory(transaction.Instant)) is not { } role)
        {
            return [];
        }

        using var document = JsonDocument.Parse(role.Body, FhirJson.Parsing);
        return
        [
            .. document.RootElement.Items("healthcareService").Select(service => service.Text("reference")).OfType<string>()
                .Select(text => ResourceKey.TryParse(text)).OfType<ResourceKey>(),
        ];
    }

    private IReadOnlyList<Disclosure> Directory(
        GuardedTransaction transaction, string type, string owner, Func<ReadOnlyMemory<byte>, bool> isWanted) => transaction.Search(
        queries.ParseOwn(type, transaction.Instant, ("organization", $"Organization/{owner}")),
        Sights.OfDirectory(transaction.Instant),
        isWanted);

    private static bool IsBed(ReadOnlyMemory<byte> location)
    {
        using var document = JsonDocument.Parse(location, FhirJson.Parsing);
        return document.RootElement.Code("physicalType", "http://terminology.hl7.org/CodeSystem/location-physical-type") == "bd"
            && document.RootElement.At("operationalStatus").Text("code") is not null;
    }

    private static string? StatusOf(ReadOnlyMemory<byte> location)
    {
        using var document = JsonDocument.Parse(location, FhirJson.Parsing);
        return document.RootElement.At("operationalStatus").Text("code");
    }

    private static Issue Warning(string text) => new(IssueSeverity.Warning, "business-rule", text, "Task.owner");
}
