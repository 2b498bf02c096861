using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Workflows;
using Interop.Sharing.Consent;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard;

/// <summary>
/// Who may write what. Reading is decided by grant rows; writing by four rules: only an organisation with an agreement in force or
/// the custodian writes at all; only a role that sees its own organisation's records writes to them; instruments of sharing are
/// written by those whose records they open; the audit trail is written by nobody.
/// </summary>
internal static class WriteRules
{
    private static readonly string[] InstrumentRoles = ["privacy-officer", "agency-administrator"];

    /// <summary>Null, or why this caller may not write this resource as its own.</summary>
    public static WriteResult.Refused? Check(Caller caller, Sight sight, ResourceKey key, ReadOnlyMemory<byte> body, string custodian)
    {
        if (!sight.Directory)
        {
            return new(403, "forbidden", "No agreement with this agency is in force.");
        }

        if (sight.OwnTier != Tier.Own)
        {
            return new(403, "forbidden", "The caller's roles do not keep records.");
        }

        return key.Type switch
        {
            "AuditEvent" => new(403, "forbidden", "The audit trail is written by the server alone."),
            "Contract" => Contract(caller, key, body),
            "Organization" when caller.Organization != custodian || !InstrumentRoles.Any(caller.Has) =>
                new(403, "forbidden", "Organizations are kept by the custodian's agency administrator."),
            "Consent" => Consent(caller, key, body),
            _ => null,
        };
    }

    private static WriteResult.Refused? Contract(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        if (!InstrumentRoles.Any(caller.Has))
        {
            return new(403, "forbidden", "Agreements are recorded by the privacy officer or the agency administrator.");
        }

        return AgreementReader.Read(body, key.Id) is { } agreement && agreement.Grantor != caller.Organization
            ? new(
                422, "business-rule", "The grantor of an agreement must be the organisation that records it.", "Contract.term.offer.party")
            : null;
    }

    private static WriteResult.Refused? Consent(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        var controllers = ConsentReader.Read(body, key.Id, 1, 0).Controllers;
        return controllers.Contains(caller.Organization)
            ? null
            : new(422, "business-rule", "The controller of a consent must be the organisation that records it.", "Consent.organization");
    }

    /// <summary>The issues of a Task's new state: the step must be one that this party may take, with its reason where one is due.</summary>
    public static WriteResult.Refused? TaskStep(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, string organization)
    {
        using var stored = JsonDocument.Parse(before, ResourceDocument.Options);
        using var sent = JsonDocument.Parse(after, ResourceDocument.Options);
        var (from, to) = (Status(stored), Status(sent));
        var isOwner = Names(stored, "owner", organization);
        var isRequester = Names(stored, "requester", organization);
        if (ReferralStates.Check(from, to, isOwner, isRequester) is { } issue)
        {
            return new(422, [issue]);
        }

        return from != to && ReferralStates.NeedsReason(to) && !sent.RootElement.TryGetProperty("statusReason", out _)
            ? new(422, "business-rule", $"A Task that becomes {to} needs a statusReason.", "Task.statusReason")
            : null;
    }

    /// <summary>A status without a value (R4 allows an extension in its stead) is none that referrals use.</summary>
    private static string Status(JsonDocument task) =>
        task.RootElement.TryGetProperty("status", out var status) ? status.GetString()! : string.Empty;

    private static bool Names(JsonDocument task, string element, string organization) =>
        task.RootElement.TryGetProperty(element, out var reference)
        && reference.TryGetProperty("reference", out var text)
        && text.GetString() == $"Organization/{organization}";
}
