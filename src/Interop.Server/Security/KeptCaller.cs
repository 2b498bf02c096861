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
        using var document = JsonDocument.Parse(text);
        var kept = document.RootElement;
        var (scope, patient) = (kept.Text(nameof(Scope))!, kept.Text(nameof(Patient)));
        var isPerson = kept.GetProperty(nameof(IsPerson)).GetBoolean();
        return new(
            kept.Text(nameof(ClientId))!,
            kept.Text(nameof(Subject))!,
            kept.Text(nameof(Organization))!,
            kept.Text(nameof(Practitioner)),
            kept.Texts(nameof(Purposes)),
            kept.Texts(nameof(Roles)),
            scopes.Read(scope, patient, isPerson))
        {
            Issuer = kept.Text(nameof(Issuer)), Patient = patient, IsPerson = isPerson, ScopeText = scope,
        };
    }

    /// <summary>Nobody else is told of an export.</summary>
    public static string OwnerOf(Caller caller) =>
        RequestLimits.KeyOf(caller.Issuer ?? string.Empty, caller.Organization, caller.ClientId, caller.Subject);
}
