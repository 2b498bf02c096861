using System.Text;
using Interop.Fhir.References;

namespace Interop.Sharing.Policy;

/// <summary>
/// The places where sharing reads references: those of the tier table, those that consents, agreements, cases and rosters are read from,
/// and those by which a directory entry speaks for somebody.
/// </summary>
internal static class ReferenceNeeds
{
    private const string AssignedAgency = "https://interop.example/fhir/StructureDefinition/encounter-assigned-agency";

    private static readonly HashSet<string> OfDirectory = new(StringComparer.Ordinal)
    {
        "organization", "participatingOrganization", "managingOrganization", "providedBy", "partOf", "practitioner",
    };

    public static ReferenceNeed Of(TypeRule rule, ReferencePlace place)
    {
        if (place.Container is not null)
        {
            return ReferenceNeed.Labels;
        }

        if (place.ExtensionUrl is { } url && IsExtension(rule, url, place.Element) is { } need)
        {
            return need;
        }

        var kind = rule.References.GetValueOrDefault(place.Element);
        return (kind & FactKind.Subject) != 0 || IsInstrument(rule.Type, place.Element) || IsDirectory(rule, place.Element)
            ? ReferenceNeed.Target
            : (kind & FactKind.Party) != 0 || (rule.Type, place.Element) is ("Encounter", "serviceProvider") ? ReferenceNeed.Party
            : (kind & FactKind.Inherit) != 0 ? ReferenceNeed.Labels
            : ReferenceNeed.None;
    }

    private static ReferenceNeed? IsExtension(TypeRule rule, string url, string element) => element == "extension.valueReference"
        ? rule.PrivateExtension is { } subject && Encoding.UTF8.GetBytes(url).AsSpan().SequenceEqual(subject)
            ? ReferenceNeed.Target
            : url == AssignedAgency ? ReferenceNeed.Party
            : null
        : null;

    private static bool IsInstrument(string type, string element) => type switch
    {
        "Consent" => element is "patient" or "organization"
            || (element.StartsWith("provision.", StringComparison.Ordinal)
                && element.EndsWith("actor.reference", StringComparison.Ordinal)),
        "Contract" => element.EndsWith("offer.party.reference", StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsDirectory(TypeRule rule, string element) =>
        (rule.Kind == TypeKind.Directory || rule.Type == "OrganizationAffiliation") && OfDirectory.Contains(element);
}
