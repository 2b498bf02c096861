using System.Collections.Frozen;
using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>
/// The coded elements that are read. The schema of the standard (NENA911/EIDO-JSON, Schema/openapi.yaml) closes the lists of versions and
/// directions, also in the 1.1 draft (commit 7f62055), where the only version is still 1.0. Registries are open: a code that is too new
/// for us is kept.
/// </summary>
internal static class EidoCodes
{
    private static readonly FrozenDictionary<string, (string Code, string[] Codes)> Closed = new Dictionary<string, (string, string[])>
    {
        ["eidoVersion"] = ("not-supported", ["1.0"]),
        ["incidentMergeDirectionCode"] = ("code-invalid", ["REPLACING", "REPLACED", "SPLIT"]),
        ["linkDirectionCode"] = ("code-invalid", ["PARENT", "CHILD", "RELATED", "UNLINK"]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] Severities = ["highest", "high", "normal", "low", "lowest"];

    private static readonly FrozenDictionary<string, Func<string, bool>> Open = new Dictionary<string, Func<string, bool>>
    {
        ["incidentTypeCommonRegistryText"] = Registry.IncidentType.Contains,
        ["incidentStatusCommonRegistryText"] = Registry.IncidentStatus.Contains,
        ["dispositionCommonRegistryCode"] = Registry.Disposition.Contains,
        ["agencyRoleDescriptionRegistryText"] = Registry.AgencyRole.Contains,
        ["personIncidentRoleRegistryText"] = Registry.PersonRole.Contains,
        ["locationTypeDescriptionRegistryText"] = Registry.LocationType.Contains,
        ["emergencyResourceTypeCommonRegistryText"] = Registry.ResourceType.Contains,
        ["resourceAttributeRegistryText"] = Registry.ResourceAttribute.Contains,
        ["primaryUnitStatusRegistryText"] = Registry.PrimaryUnitStatus.Contains,
        ["secondaryUnitStatusRegistryText"] = Registry.UnitStatus.Contains,
        ["cautionSeverity"] = code => Severities.Contains(code),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<Issue> Review(IEnumerable<EidoElement> elements)
    {
        foreach (var element in elements.Where(element => element.IsKnown && element.Value.ValueKind == JsonValueKind.String))
        {
            var value = element.Value.GetString()!;
            if (Closed.TryGetValue(element.Name, out var closed) && !closed.Codes.Contains(value))
            {
                yield return new(
                    IssueSeverity.Error, closed.Code, $"{element.Path} must be {string.Join(" or ", closed.Codes)}.", element.Path);
            }
            else if (Open.TryGetValue(element.Name, out var contains) && !contains(value))
            {
                yield return new(
                    IssueSeverity.Warning,
                    "code-invalid",
                    $"{element.Path} is not a code that the standard lists for it. It is kept as text and means nothing to us.",
                    element.Path);
            }
        }
    }
}
