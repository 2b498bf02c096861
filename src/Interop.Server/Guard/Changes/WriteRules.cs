using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Storage.Read;

namespace Interop.Server.Guard.Changes;

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
        sight.OwnTier == Tier.Own || sight.Keeps.Contains(key.Type) || sight.Records.Contains(key.Type)
            ? null
            : new(IssueCode.Forbidden, "The caller's roles do not keep records.");

    /// <summary>Null, or why this caller may not write this resource as its own.</summary>
    /// <param name="find">What is stored, for what a directory entry names.</param>
    public static WriteResult.Refused? Check(
        Caller caller, Sight sight, ResourceKey key, ReadOnlyMemory<byte> body, string custodian, Func<ResourceKey, StoredResource?> find)
    {
        return MayKeep(sight, key) ?? key.Type switch
        {
            not ("Consent" or "QuestionnaireResponse") when caller.Individual is not null =>
                new(IssueCode.Forbidden, "Of the own record the agency's staff writes all but consents."),
            "AuditEvent" => new(IssueCode.Forbidden, "The audit trail is written by the server alone."),
            "Organization" when caller.Organization != custodian || !IsAdministrator(caller) =>
                new(IssueCode.Forbidden, "Organizations are kept by the custodian's agency administrator."),
            "Organization" when OrganizationReader.IsOfUnknownType(body) =>
                new(IssueCode.CodeInvalid, $"The agency type is not one of {OrganizationReader.AgencyTypes}.", "Organization.type"),
            "Consent" => Consent(caller, key, body),
            var type when DirectoryRules.IsEntry(type, body) => DirectoryRules.Check(caller, body, custodian, find),
            _ => null,
        };
    }

    private static WriteResult.Refused? Consent(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body)
    {
        var controllers = ConsentReader.Read(body, key.Id, caller.Organization, 1, 0).Controllers;
        return controllers.Contains(caller.Organization)
            ? null
            : new(
                IssueCode.BusinessRule,
                "The controller of a consent (organization) must be there, and be the organisation that records it.",
                "Consent.organization");
    }
}
