using Interop.Fhir;
using Interop.Fhir.References;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>Who is asked in a role, or as a service, is asked for the organisation that the role or service is of.</summary>
internal sealed partial class GuardedStore
{
    /// <summary>
    /// The organisation for which a stored role or service stands, or a practitioner all of whose roles are there; null where nobody says
    /// so, or not with the right to.
    /// </summary>
    private string? OrganizationOf(WriteSession session, ResourceKey key) => key.Type switch
    {
        "PractitionerRole" or "HealthcareService" => StandIn(session.Find(key))?.Organization,
        "Practitioner" => OnlyOrganization(session, key),
        _ => null,
    };

    private string? OnlyOrganization(WriteSession session, ResourceKey practitioner)
    {
        const int Many = 100;
        var query = OwnQuery("PractitionerRole", 0, ("practitioner", practitioner.ToString())) with { Count = Many };
        var roles = session.Match(query, CustodianSight(settings.Custodian, 0)).Matches;
        var organizations = roles.Select(role => StandIn(session.Find(role.Key))?.Organization).OfType<string>().Distinct().ToList();
        return organizations is [var only] && roles.Count < Many ? only : null;
    }

    /// <summary>
    /// What an entry counts for: an organisation speaks through its own roles and services, and those that the custodian keeps for it.
    /// </summary>
    private (string Organization, string? Practitioner)? StandIn(StoredResource? stored) =>
        stored is { Deleted: false } && StandIn(stored.Key.Type, stored.Body) is { } standIn
        && (stored.Source == standIn.Organization || stored.Source == settings.Custodian)
            ? standIn
            : null;

    private static (string Organization, string? Practitioner)? StandIn(string type, ReadOnlyMemory<byte> body)
    {
        if (Fhir.Json.TopLevel.Value(body.Span, "active").SequenceEqual("false"u8))
        {
            return null;
        }

        var places = ResourceReferences.Of(body).Places.Where(place => place.Container is null).ToList();
        return At(type == "PractitionerRole" ? "organization" : "providedBy") is { Type: "Organization" } organization
            ? (organization.Id, At("practitioner")?.Id)
            : null;

        ResourceKey? At(string element) =>
            places.FirstOrDefault(place => place.Element == element)?.Literal is { } literal ? ResourceKey.TryParse(literal) : null;
    }

    /// <summary>What names a role, a service or a practitioner is judged again where that stands for another organisation now.</summary>
    private void RejudgeStandIns(
        WriteSession session, ResourceKey key, StoredResource? before, ReadOnlyMemory<byte>? after, long instant, WrittenResources written)
    {
        if (key.Type is not ("PractitionerRole" or "HealthcareService"))
        {
            return;
        }

        var (was, now) = (StandIn(before), after is null ? null : StandIn(session.Find(key)));
        if (was == now)
        {
            return;
        }

        var practitioners = new[] { was?.Practitioner, now?.Practitioner }.OfType<string>()
            .Select(id => new ResourceKey("Practitioner", id));
        var naming = practitioners.Append(key).Distinct().SelectMany(session.Naming).DistinctBy(stored => stored.Key).ToList();
        Rejudge(session, naming, instant, written);
    }
}
