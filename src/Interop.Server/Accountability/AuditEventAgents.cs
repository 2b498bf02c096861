using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Guard.Trail;
using Interop.Server.Settings;
using Interop.Storage.Audit;

namespace Interop.Server.Accountability;

/// <summary>Who took part in what an AuditEvent tells of: the client, this server, the person and the agency that she acts for.</summary>
internal static class AuditEventAgents
{
    private const string Participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
    private const string Uri = "urn:ietf:rfc:3986";

    public static IEnumerable<AuditEvent.AgentComponent> Of(
        AuditRow row, AuditPattern pattern, RowDetail detail, InteropSettings settings)
    {
        var (isRead, isDecision) = (pattern.Shape is AuditShape.Read or AuditShape.Disclosure, pattern.Shape == AuditShape.Decision);
        var isPerson = row.Practitioner is not null || (row.User is not null && row.User != row.Client);
        var isRecorded = pattern == AuditPattern.Recorded;
        if (row.Client is not null || isDecision)
        {
            // What is asked flows to the server, what is read from it to the client.
            yield return new()
            {
                Type = isDecision ? Dicom("110150") : Dicom(isRead ? "110152" : "110153"),
                Who = pattern.Shape == AuditShape.Disclosure ? Recipient(row, detail) : Named(row.Client),
                RequestorElement = new(!isPerson && !isDecision),
                Network = Network(isRecorded ? null : detail.Address, "2"),
            };
        }

        if (pattern.Shape == AuditShape.Disclosure && row.Client is not null)
        {
            // Who got it is the agency; by which program it asked, or somebody wrote it down, is told beside.
            yield return new()
            {
                Type = Dicom("110150"),
                Who = Named(row.Client),
                RequestorElement = new(false),
                Network = Network(detail.Address, "2"),
            };
        }

        yield return new()
        {
            Type = isDecision
                ? Concept("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "authserver")
                : Dicom(isRead ? "110153" : "110152"),
            Who = Observer(settings),
            RequestorElement = new(false),
            Network = isDecision ? null : Network(settings.PublicUrl, "5"),
        };
        if (isPerson || (isDecision && row.Client is not null))
        {
            yield return new()
            {
                Type = Concept(Participation, pattern.Shape == AuditShape.Write || isRecorded ? "AUT" : "IRCP"),
                Who = row.Practitioner is { } id ? new($"Practitioner/{id}") : Named(row.User ?? row.Client),
                RequestorElement = new(true),
                Role = [.. (detail.Roles ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(role => new CodeableConcept { Text = role })],
                PurposeOfUse = [.. Purposes(row)],
            };
        }

        if (row.Organization is { } organization)
        {
            yield return new()
            {
                Type = Concept("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV"),
                Who = new($"Organization/{organization}"),
                RequestorElement = new(false),
                PurposeOfUse = isPerson ? [] : [.. Purposes(row)],
            };
        }
    }

    public static AuditEvent.SourceComponent Source(InteropSettings settings) => new()
    {
        Site = settings.Custodian,
        Observer = Observer(settings),
        Type = [new("http://terminology.hl7.org/CodeSystem/security-source-type", "4")],
    };

    private static IEnumerable<CodeableConcept> Purposes(AuditRow row) =>
        AuditEventDocument.PurposesOf(row.Purposes).Select(purpose => purpose.ToConcept());

    private static ResourceReference Observer(InteropSettings settings) =>
        new() { Identifier = new(Uri, settings.PublicUrl), Display = "Interop" };

    /// <summary>Of a disclosure: who got it, which on paper is another than who wrote it down.</summary>
    private static ResourceReference Recipient(AuditRow row, RowDetail detail) =>
        (detail.Recipient ?? (detail.RecipientName is null ? row.Organization : null)) is { } id
            ? new($"Organization/{id}") { Display = detail.RecipientName }
            : new() { Display = detail.RecipientName };

    private static ResourceReference Named(string? name) => new() { Identifier = new() { Value = name } };

    /// <summary>Where it is not known, that is said: each pattern has it.</summary>
    private static AuditEvent.NetworkComponent Network(string? address, string type)
    {
        var network = new AuditEvent.NetworkComponent { Address = address };
        if (address is null)
        {
            network.Extension.Add(new("http://hl7.org/fhir/StructureDefinition/data-absent-reason", new Code("unknown")));
        }
        else
        {
            network.TypeElement = new() { JsonValue = type };
        }

        return network;
    }

    private static CodeableConcept Dicom(string code) => Concept(AuditPattern.Dicom, code);

    private static CodeableConcept Concept(string system, string code) => new(system, code);
}
