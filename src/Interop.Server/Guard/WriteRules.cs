using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Agreements;
using Interop.Server.Http;
using Interop.Server.Referrals;
using Interop.Server.Security;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;
using Interop.Storage;

namespace Interop.Server.Guard;

/// <summary>
/// Who may write what, once admitted. Reading is decided by grant rows; writing by three rules: only a role that sees its own
/// organisation's records writes to them, or one that keeps them; instruments of sharing are written by those whose records they
/// open; the audit trail is written by nobody.
/// </summary>
internal static class WriteRules
{
    private static readonly string[] InstrumentRoles = ["privacy-officer", "agency-administrator"];

    /// <summary>Whether the caller keeps agreements, rosters and endpoints of its own organisation.</summary>
    public static bool IsAdministrator(Caller caller) => InstrumentRoles.Any(caller.Has);

    /// <summary>Null, or why the caller may write nothing of the type as its own.</summary>
    public static WriteResult.Refused? MayKeep(Sight sight, ResourceKey key) =>
        sight.OwnTier == Tier.Own || sight.Keeps.Contains(key.Type) ? null : new(403, "forbidden", "The caller's roles do not keep records.");

    /// <summary>Null, or why this caller may not write this resource as its own.</summary>
    /// <param name="find">What is stored, for what a directory entry names.</param>
    public static WriteResult.Refused? Check(
        Caller caller, Sight sight, ResourceKey key, ReadOnlyMemory<byte> body, string custodian, Func<ResourceKey, StoredResource?> find)
    {
        return MayKeep(sight, key) ?? key.Type switch
        {
            "AuditEvent" => new(403, "forbidden", "The audit trail is written by the server alone."),
            "Contract" => Contract(caller, key, body),
            "Organization" when caller.Organization != custodian || !IsAdministrator(caller) =>
                new(403, "forbidden", "Organizations are kept by the custodian's agency administrator."),
            "Organization" when OrganizationReader.IsOfUnknownType(body) =>
                new(422, "code-invalid", $"The agency type is not one of {OrganizationReader.AgencyTypes}.", "Organization.type"),
            "Consent" => Consent(caller, key, body),
            var type when DirectoryRules.IsEntry(type, body) => DirectoryRules.Check(caller, body, custodian, find),
            _ => null,
        };
    }

    private static WriteResult.Refused? Contract(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        if (!IsAdministrator(caller))
        {
            return new(403, "forbidden", "Agreements are recorded by the privacy officer or the agency administrator.");
        }

        return AgreementReader.Read(body, key.Id) is { } agreement && agreement.Grantor != caller.Organization
            ? new(
                422, "business-rule", "The grantor of an agreement must be the organisation that records it.", "Contract.term.offer.party")
            : null;
    }

    /// <summary>Null, or why the agreement may not become this.</summary>
    /// <param name="before">The Contract that is stored, or null.</param>
    public static WriteResult.Refused? AgreementStep(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte> after, string id)
    {
        var issues = AgreementStates.Check(before is { } stored ? Agreement(stored, id) : null, Agreement(after, id));
        return issues.Count == 0 ? null : new(422, issues);
    }

    /// <summary>Null, or why the Contract may not be deleted: what was executed is history.</summary>
    public static WriteResult.Refused? AgreementEnd(ReadOnlyMemory<byte> stored, string id) =>
        Agreement(stored, id) is { } agreement && agreement.Agreement.Status is not ("negotiable" or "cancelled")
            ? new(422, "business-rule", "An agreement that was executed is terminated, not deleted.", "Contract.status")
            : null;

    private static (Agreement Agreement, ReadOnlyMemory<byte> Body)? Agreement(ReadOnlyMemory<byte> body, string id) =>
        AgreementReader.Read(body, id) is { } agreement ? (agreement, body) : null;

    private static WriteResult.Refused? Consent(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        var controllers = ConsentReader.Read(body, key.Id, caller.Organization, 1, 0).Controllers;
        return controllers.Contains(caller.Organization)
            ? null
            : new(422, "business-rule", "The controller of a consent must be the organisation that records it.", "Consent.organization");
    }

    /// <summary>
    /// The issues of a Task's new state: the step must be one that this party may take, with its reason where one is due.
    /// </summary>
    public static WriteResult.Refused? TaskStep(
        ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, bool isOwner, bool isRequester)
    {
        using var stored = JsonDocument.Parse(before, FhirJson.Parsing);
        using var sent = JsonDocument.Parse(after, FhirJson.Parsing);
        var (from, to) = (Status(stored), Status(sent));
        if (ReferralStates.Check(from, to, isOwner, isRequester) is { } issue)
        {
            return new(422, [issue]);
        }

        return from != to && ReferralStates.NeedsReason(to) && !sent.RootElement.TryGetProperty("statusReason", out _)
            ? new(422, "business-rule", $"A Task that becomes {to} needs a statusReason.", "Task.statusReason")
            : null;
    }

    /// <summary>
    /// Null, or why the encounter may not become this: what is over made the follow-up and ended the case, so another crisis is another
    /// encounter (<c>partOf</c> or by <c>episodeOfCare</c>), and what was wrong is entered-in-error.
    /// </summary>
    public static WriteResult.Refused? EncounterStep(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using var stored = JsonDocument.Parse(before, FhirJson.Parsing);
        using var changed = JsonDocument.Parse(after, FhirJson.Parsing);
        var (from, to) = (Status(stored), Status(changed));
        return from is "finished" or "cancelled" && to != from && to != "entered-in-error"
            ? new(422, "business-rule", $"An encounter that is {from} stays so, or becomes entered-in-error.", "Encounter.status")
            : null;
    }

    /// <summary>
    /// Null, or why a party may not accept the Task any more: what is over opens no case. The own staff may, to whom an overdue follow-up is
    /// still owed.
    /// </summary>
    public static WriteResult.Refused? TaskIsOver(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, long instant)
    {
        using var stored = JsonDocument.Parse(before, FhirJson.Parsing);
        using var changed = JsonDocument.Parse(after, FhirJson.Parsing);
        return Status(changed) == "accepted" && Status(stored) != "accepted" && CaseReader.IsOver(after, instant)
            ? new(422, "business-rule", "The time for which the Task was requested is over.", "Task.restriction.period")
            : null;
    }

    /// <summary>A status without a value (R4 allows an extension in its stead) is none that referrals use.</summary>
    private static string Status(JsonDocument task) =>
        task.RootElement.TryGetProperty("status", out var status) ? status.GetString()! : string.Empty;
}
