using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.References;
using Interop.Fhir.Search;
using Interop.Server.Settings;
using Interop.Storage.Read;

namespace Interop.Server.Guard;

/// <summary>Who is asked in a role, or as a service, is asked for the organisation that the role or service is of.</summary>
internal sealed class StandIns(SearchQueryParser queries, InteropSettings settings)
{
    private const int Many = 100;

    /// <summary>
    /// The organisation for which a stored role or service stands, or a practitioner all of whose roles are there; null where nobody says
    /// so, or not with the right to.
    /// </summary>
    public string? OrganizationOf(ResourceRows rows, ResourceKey key) => key.Type switch
    {
        "PractitionerRole" or "HealthcareService" or "CareTeam" => Of(rows.Find(key))?.Organization,
        "Practitioner" => OnlyOrganization(rows, key),
        _ => null,
    };

    /// <summary>Ids of the organisations whose roles a practitioner has.</summary>
    public IReadOnlyList<string> EmployersOf(ResourceRows rows, string practitioner) =>
        [.. RolesOf(rows, new("Practitioner", practitioner)).Select(role => Of(role)?.Organization).OfType<string>().Distinct()];

    /// <summary>
    /// What names a role, a service or a practitioner, to be judged again because that stands for another organisation now; nothing
    /// where it does not.
    /// </summary>
    /// <param name="before">The role or service as it was stored.</param>
    public IReadOnlyList<StoredResource> Changed(ResourceRows rows, ResourceKey key, StoredResource? before, bool isDeleted)
    {
        if (key.Type is not ("PractitionerRole" or "HealthcareService" or "CareTeam"))
        {
            return [];
        }

        var (was, now) = (Of(before), isDeleted ? null : Of(rows.Find(key)));
        if (was == now)
        {
            return [];
        }

        var practitioners = new[] { was?.Practitioner, now?.Practitioner }.OfType<string>()
            .Select(id => new ResourceKey("Practitioner", id));
        return [.. practitioners.Append(key).Distinct().SelectMany(rows.Naming).DistinctBy(stored => stored.Key)];
    }

    private string? OnlyOrganization(ResourceRows rows, ResourceKey practitioner)
    {
        var roles = RolesOf(rows, practitioner);
        var organizations = roles.Select(role => Of(role)?.Organization).OfType<string>().Distinct().ToList();
        return organizations is [var only] && roles.Count < Many ? only : null;
    }

    private List<StoredResource?> RolesOf(ResourceRows rows, ResourceKey practitioner)
    {
        var query = queries.ParseOwn("PractitionerRole", 0, ("practitioner", practitioner.ToString())) with { Count = Many };
        return [.. rows.Search(query, Sights.OfCustodian(settings.Custodian, 0)).Matches.Select(role => rows.Find(role.Key))];
    }

    /// <summary>
    /// What an entry counts for: an organisation speaks through its own roles and services, and those that the custodian keeps for it.
    /// </summary>
    private (string Organization, string? Practitioner)? Of(StoredResource? stored) =>
        stored is { Deleted: false } && Read(stored.Key.Type, stored.Body) is { } standIn
        && (stored.Source == standIn.Organization || stored.Source == settings.Custodian)
            ? standIn
            : null;

    private static (string Organization, string? Practitioner)? Read(string type, ReadOnlyMemory<byte> body)
    {
        if (TopLevel.Value(body.Span, "active").SequenceEqual("false"u8))
        {
            return null;
        }

        var places = ResourceReferences.Of(body).Places.Where(place => place.Container is null).ToList();
        var element = type switch
        {
            "PractitionerRole" => "organization",
            "HealthcareService" => "providedBy",
            _ => "managingOrganization",
        };
        return At(element) is { Type: "Organization" } organization
            ? (organization.Id, At("practitioner")?.Id)
            : null;

        // A team of several organisations is no one's.
        ResourceKey? At(string name) => places.Where(place => place.Element == name).Select(place => place.Target).Distinct().ToList() is
            [var only] ? only : null;
    }
}
