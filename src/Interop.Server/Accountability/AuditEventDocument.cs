using System.Text;
using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Storage.Audit;

namespace Interop.Server.Accountability;

/// <summary>
/// A row of the trail as an AuditEvent in the shape that IHE's Basic Audit Log Patterns name for it (<see cref="AuditPattern"/>).
/// </summary>
internal sealed class AuditEventDocument : IOwnAnswer
{
    private const string Profiles = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
    private const string EntityTypes = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
    private const string Roles = "http://terminology.hl7.org/CodeSystem/object-role";
    private const string ResourceTypes = "http://hl7.org/fhir/resource-types";
    private const string Reasons = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    private readonly AuditEvent audited;

    private AuditEventDocument(AuditEvent audited) => this.audited = audited;

    public ReadOnlyMemory<byte> Json => AuthoredJson.Of(audited);

    public static AuditEventDocument Of(AuditView view, InteropSettings settings)
    {
        var (row, pattern) = (view.Row, view.Pattern);
        var detail = new RowDetail(row.Detail);
        var patients = view.Reader.PatientsOf(row);
        return new(new()
        {
            Id = view.Id,
            Meta = new() { LastUpdatedElement = Elements.Instant(row.Instant), Profile = Profile(row, pattern, patients) },
            Type = new(pattern.Type.System, pattern.Type.Code),
            Subtype = [.. pattern.Subtype.Select(code => new Coding(code.System, code.Code))],
            ActionElement = new() { JsonValue = pattern.Action },
            RecordedElement = Elements.Instant(row.Instant),
            OutcomeElement = new() { JsonValue = OutcomeOf(row, pattern) },
            OutcomeDesc = detail.Rule ?? (pattern.Shape == AuditShape.Decision ? "Withheld: nothing in force permits it." : null),
            PurposeOfEvent = [.. PurposesOf(detail.Purposes ?? row.Purposes).Select(purpose => purpose.ToConcept())],
            Agent = [.. AuditEventAgents.Of(row, pattern, detail, settings)],
            Source = AuditEventAgents.Source(settings),
            Entity = [.. Entities(view, detail, patients)],
        });
    }

    /// <param name="purposes">Codes with spaces between them.</param>
    public static IEnumerable<Coding> PurposesOf(string? purposes) =>
        (purposes ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(code => new Coding(Reasons, code));

    /// <summary>A pattern is for what went well, and has one of its own where it is about one patient.</summary>
    private static IEnumerable<string> Profile(AuditRow row, AuditPattern pattern, IReadOnlyList<string> patients) => pattern switch
    {
        { Profile: null } => [],
        { Shape: AuditShape.Decision or AuditShape.Disclosure } => [Profiles + pattern.Profile],
        _ when row.Outcome != "permit" || row.Client is null => [],
        _ => [Profiles + (patients.Count == 1 ? "Patient" : string.Empty) + pattern.Profile],
    };

    private static string OutcomeOf(AuditRow row, AuditPattern pattern) => row.Outcome == "permit" ? "0"
        : pattern.Shape == AuditShape.Decision ? "8"
        : "4";

    private static IEnumerable<AuditEvent.EntityComponent> Entities(AuditView view, RowDetail detail, IReadOnlyList<string> patients)
    {
        var (row, pattern) = (view.Row, view.Pattern);
        foreach (var patient in patients)
        {
            yield return new()
            {
                What = new($"Patient/{patient}"),
                Type = new(EntityTypes, "1"),
                Role = new(Roles, "1"),
                Detail = pattern.Shape == AuditShape.Decision ? [Said("target", row.Target ?? string.Empty)] : [],
            };
        }

        if (pattern.Shape == AuditShape.Decision)
        {
            // The pattern has a consent, and there was none that would have helped.
            yield return new()
            {
                What = new() { Type = "Consent", Display = "None that permits it was in force." },
                Type = new(ResourceTypes, "Consent"),
            };
            yield break;
        }

        if (pattern.Shape == AuditShape.Query)
        {
            yield return Query(row, detail);
        }

        var shown = RowDisclosure.Of(row);
        var isTarget = pattern.Shape is AuditShape.Read or AuditShape.Write;
        if (isTarget)
        {
            yield return row.Target is { } target ? OfTarget(target, shown) : Query(row, detail);
        }
        else if (pattern.Shape == AuditShape.Disclosure && (detail.Description ?? row.Target) is { } described)
        {
            yield return new() { Type = new(EntityTypes, "2"), Role = new(Roles, "3"), Description = described };
        }

        foreach (var (key, tier) in isTarget ? [] : shown.Resources)
        {
            yield return new()
            {
                What = key.Contains('/', StringComparison.Ordinal) ? new(key) : null,
                Type = new(ResourceTypes, key.Split('/')[0]),
                Role = new(Roles, "4"),
                Detail = [Said("tier", tier.ToString().ToLowerInvariant())],
            };
        }

        foreach (var basis in view.Reader.LearnsGrounds ? Grounds(shown, detail) : [])
        {
            yield return new()
            {
                What = new(basis.Reference),
                Type = new(ResourceTypes, basis.Reference.Split('/')[0]),
                Role = new(Roles, "13"),
                Description = basis.Provision,
            };
        }
    }

    private static IEnumerable<DisclosureGround> Grounds(RowDisclosure shown, RowDetail detail) =>
        shown.Bases.Concat(detail.Consent is { } consent ? [consent] : []).SelectMany(DisclosureGround.Read).Distinct();

    private static AuditEvent.EntityComponent OfTarget(string target, RowDisclosure shown) => new()
    {
        What = Fhir.ResourceKey.TryParse(target) is null ? new() { Display = target } : new(target),
        Type = new(EntityTypes, "2"),
        Role = new(Roles, "4"),
        Detail = [.. shown.Resources.Select(resource => Said("tier", resource.Tier.ToString().ToLowerInvariant()))],
    };

    /// <summary>The request as it was asked; what is not asked by a query is one without parameters.</summary>
    private static AuditEvent.EntityComponent Query(AuditRow row, RowDetail detail)
    {
        var asked = detail.Query is { Length: > 0 } query ? $"{row.Target}?{query}" : row.Target ?? "/";
        return new()
        {
            Type = new(EntityTypes, "2"),
            Role = new(Roles, "24"),
            Description = row.Target,
            Query = Encoding.UTF8.GetBytes(asked),
        };
    }

    private static AuditEvent.DetailComponent Said(string type, string value) => new() { Type = type, Value = new FhirString(value) };
}
