using System.Text.Json;
using Interop.Server.Security;

namespace Interop.Server.Guard.Exports;

/// <summary>
/// Who asked, as the token said it: what it may see is worked out again for each page, what it might have seen then is not kept.
/// </summary>
internal sealed record ExportCaller(
    string? Issuer,
    string ClientId,
    string Subject,
    string Organization,
    string? Practitioner,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Roles,
    string Scope,
    string? Patient,
    bool IsPerson)
{
    public static string Write(Caller caller) => JsonSerializer.Serialize(new ExportCaller(
        caller.Issuer,
        caller.ClientId,
        caller.Subject,
        caller.Organization,
        caller.Practitioner,
        caller.Purposes,
        caller.Roles,
        caller.ScopeText,
        caller.Patient,
        caller.IsPerson));

    public static Caller Read(string text, ScopeReader scopes)
    {
        var kept = JsonSerializer.Deserialize<ExportCaller>(text)!;
        return new(
            kept.ClientId,
            kept.Subject,
            kept.Organization,
            kept.Practitioner,
            kept.Purposes,
            kept.Roles,
            scopes.Read(kept.Scope, kept.Patient, kept.IsPerson))
        {
            Issuer = kept.Issuer, Patient = kept.Patient, IsPerson = kept.IsPerson, ScopeText = kept.Scope,
        };
    }

    /// <summary>Nobody else is told of an export.</summary>
    public static string OwnerOf(Caller caller) =>
        RequestLimits.KeyOf(caller.Issuer ?? string.Empty, caller.Organization, caller.ClientId, caller.Subject);
}
