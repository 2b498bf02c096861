using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>What one person or system of an agency saw of somebody, for one purpose, on one day.</summary>
/// <param name="Who"><c>Practitioner/id</c>, or the client's name where a system asked.</param>
/// <param name="Agency"><c>Organization/id</c>.</param>
/// <param name="Purposes">Codes.</param>
/// <param name="Events">The events themselves, the last first.</param>
public sealed record Sighting(string Who, string? Agency, IReadOnlyList<string> Purposes, IReadOnlyList<AuditEvent> Events)
{
    public DateTimeOffset? Last => Events[0].Recorded;

    /// <summary>Types of what was shown, with how often.</summary>
    public IReadOnlyList<(string Type, int Count)> Shown =>
    [
        .. Events.SelectMany(one => one.Entity).Where(entity => entity.Role?.Code == "4")
            .Select(entity => entity.What?.Reference?.Split('/')[0] ?? entity.Type?.Code ?? string.Empty)
            .Where(type => type.Length > 0).GroupBy(type => type)
            .Select(group => (group.Key, group.Count())).OrderByDescending(one => one.Item2),
    ];

    /// <summary>What opened it: agreements and consents, as references; none for the keeper's own staff at work.</summary>
    public IReadOnlyList<string> Grounds =>
    [
        .. Events.SelectMany(one => one.Entity).Where(entity => entity.Role?.Code == "13")
            .Select(entity => entity.What?.Reference).OfType<string>().Distinct(),
    ];

    /// <param name="zone">Whose days are meant.</param>
    public static IReadOnlyList<Sighting> Of(IEnumerable<AuditEvent> events, TimeZoneInfo zone) =>
    [
        .. events.Where(one => one.Outcome == AuditEvent.AuditEventOutcome.N0).GroupBy(one => (
                Who: WhoOf(one),
                Agency: AgencyOf(one),
                Purposes: string.Join(
                    ' ', one.PurposeOfEvent.SelectMany(purpose => purpose.Coding).Select(coding => coding.Code).Distinct()),
                Day: one.Recorded is { } at ? TimeZoneInfo.ConvertTime(at, zone).Date : default))
            .Select(group => new Sighting(group.Key.Who, group.Key.Agency, group.Key.Purposes.Split(' '), [.. group])),
    ];

    private static string? AgencyOf(AuditEvent one) => one.Agent
        .FirstOrDefault(agent => agent.Type?.Coding.Exists(coding => coding.Code == "PROV") == true)?.Who?.Reference;

    private static string WhoOf(AuditEvent one)
    {
        var person = one.Agent.FirstOrDefault(agent => agent.Type?.Coding.Exists(coding => coding.Code is "AUT" or "IRCP") == true)?.Who;
        var asked = person ?? one.Agent.FirstOrDefault()?.Who;
        return asked?.Reference ?? asked?.Identifier?.Value ?? asked?.Display ?? string.Empty;
    }
}
