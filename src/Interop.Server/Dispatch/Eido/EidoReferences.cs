using System.Collections.Frozen;
using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Dispatch.Eido;

/// <summary>
/// References lead to the <c>$id</c> of a component in the same message. Of agencies and agents the bare id is kept all the same.
/// </summary>
internal static class EidoReferences
{
    /// <summary>What a reference leads to. The others, of things for which the standard has no component at the top, to any.</summary>
    private static readonly FrozenDictionary<string, string> Targets = new (string Component, string[] References)[]
    {
        ("agencyComponent", ["agencyReference", "updatedByAgencyReference", "involvedAgencyReference", "actingOnBehalfOfAgencyReference"]),
        ("agentComponent", ["agentReference", "updatedByAgentReference", "reportingAgentReference", "terminatingAgentReference"]),
        ("additionalDataComponent", ["additionalDataReference", "additionalDataDereferencedFromReference"]),
        ("callComponent", ["callReference"]),
        ("callbackComponent", ["callBackReference"]),
        ("cautionComponent", ["cautionReference"]),
        ("emergencyResourceComponent", ["emergencyResourceReference"]),
        ("externalInformationSourceComponent", ["externalInformationSourceReferences"]),
        ("locationComponent",
            [
                "locationReference", "destinationReference", "unitLocationReference", "unitDestinationReference",
                "locationDereferencedFromReference",
            ]),
        ("mediaComponent", ["mediaReferences"]),
        ("notesComponent", ["notesReference"]),
        ("personComponent", ["personReference"]),
        ("sharedCommunicationResourceComponent", ["connectedSharedCommunicationResources"]),
        ("vehicleComponent", ["vehicleReference"]),
    }.SelectMany(target => target.References.Select(name => KeyValuePair.Create(name, target.Component)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<Issue> Review(IReadOnlyList<EidoElement> elements)
    {
        var components = elements.Select(element => (element.Name, Id: TextOf(element, "$id"))).Where(it => it.Id is not null).ToHashSet();
        var ids = components.Select(component => component.Id).ToHashSet();
        foreach (var element in elements.Where(element => element.IsKnown))
        {
            if (TextOf(element, "$ref") is { } id
                && !(Targets.TryGetValue(element.Name, out var target) ? components.Contains((target, id)) : ids.Contains(id)))
            {
                yield return new(
                    IssueSeverity.Warning,
                    "not-found",
                    $"{element.Path} leads to no {target ?? "component"} of the message.",
                    element.Path);
            }
        }
    }

    private static string? TextOf(EidoElement element, string name) =>
        element.Value.ValueKind == JsonValueKind.Object && element.Value.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
