namespace Interop.Server.Dispatch.Eido;

/// <summary>incidentComponent with its dispositions: what kind of incident it is and how far it has come.</summary>
public sealed record EidoState(
    string TypeCode,
    string? TypeText,
    IReadOnlyList<string> Statuses,
    string? InternalId,
    int? Priority,
    IReadOnlyList<EidoDisposition> Dispositions);

/// <summary>dispositionComponent.</summary>
public sealed record EidoDisposition(string Code, bool? Primary, string? Text);

/// <summary>agencyComponent.</summary>
public sealed record EidoAgency(string Id, IReadOnlyList<string> Roles);

/// <summary>personComponent; the NIEM name parts only of persons who are patients.</summary>
/// <param name="Telephones">Callback URIs that the message ties to this person.</param>
public sealed record EidoPerson(
    string Id,
    IReadOnlyList<string> Roles,
    string? Given,
    string? Family,
    string? FullName,
    string? BirthDate,
    string? SexCode,
    IReadOnlyList<string> Telephones)
{
    public bool IsPatient => Roles.Contains("Patient");
}

/// <summary>locationComponent, its PIDF-LO already read.</summary>
public sealed record EidoLocation(string Id, string Type, string? Description, CivicPlace? Place, EidoTime Updated);

/// <summary>emergencyResourceComponent.</summary>
public sealed record EidoUnit(
    string Id,
    string Type,
    string? Name,
    IReadOnlyList<string> Statuses,
    IReadOnlyList<string> Agents,
    EidoTime Updated);

/// <summary>cautionComponent (1.1).</summary>
public sealed record EidoCaution(string Id, string Type, string Text, string Severity, string? Source, EidoTime Start);

/// <summary>notesComponent, its HTML still as it came.</summary>
public sealed record EidoNote(string Id, string Html, EidoTime Updated);

/// <summary>mergeComponent or linkComponent: another incident that this one belongs with.</summary>
/// <param name="Kind"><c>merge</c> or <c>link</c>.</param>
/// <param name="Direction">
/// Of a merge REPLACING, REPLACED or SPLIT, of a link PARENT, CHILD, RELATED or UNLINK; another text only in what was stored before
/// <see cref="EidoReview"/> refused it.
/// </param>
public sealed record EidoRelation(string Kind, string Incident, string Direction);
