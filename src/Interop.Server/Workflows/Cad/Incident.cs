namespace Interop.Server.Workflows.Cad;

/// <summary>An incident of the dispatch centre as FHIR resources: a pure function of the set of its messages.</summary>
public static class Incident
{
    public static IReadOnlyList<MappedResource> Map(IReadOnlyCollection<EidoMessage> messages, IncidentContext context) =>
        messages.Count == 0 || context.Secret.IsEmpty ? [] : [];
}
