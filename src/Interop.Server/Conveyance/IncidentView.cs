namespace Interop.Server.Conveyance;

/// <summary>What an agency may know of an incident: where it stands, and nothing clinical.</summary>
/// <param name="Programme">The programme's id as the dispatch centre knows it.</param>
/// <param name="Issuer">The name of this server.</param>
/// <param name="Type">In the words of the dispatch centre.</param>
/// <param name="Status">A status of the EIDO registry.</param>
/// <param name="Updated">The last of the times that are told.</param>
/// <param name="HasPlan">Whether the agency sees a crisis plan of the person; null where its agreement does not say so.</param>
internal sealed record IncidentView(
    string Urn,
    string Programme,
    string Issuer,
    string Type,
    string? InternalId,
    string Status,
    string Updated,
    IReadOnlyList<UnitView> Units,
    IReadOnlyList<DispositionView> Dispositions,
    bool? HasPlan)
{
    public bool IsOver => Status is "Closed" or "Cancelled";
}

/// <summary>One unit, in the last state that is known of it.</summary>
internal sealed record UnitView(string Name, string Type, string Status, string Time);

/// <summary>How the incident ended.</summary>
internal sealed record DispositionView(string Code, string? Text, bool IsPrimary);
