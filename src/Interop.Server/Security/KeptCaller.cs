using System.Text.Json;

namespace Interop.Server.Security;

/// <summary>
/// Who asked for what goes on by itself, as the token said it: what it may see is worked out again each time, what it might have seen
/// then is not kept.
/// </summary>
internal sealed record KeptCaller(
    string? Issuer,
    string ClientId,
    string Subject,
    string Organization,
    string? Practitioner,
    IReadOnlyList<string> Purposes,
    IReadOnlyList<string> Roles,
    string Scope,
    string? Patient,
    bool IsPerson,
    string? SigningKey)
{
    public static string Write(Caller caller) => JsonSerializer.Serialize(new KeptCaller(
        caller.Issuer,
        caller.ClientId,
        caller.Subject,
        caller.Organization,
        caller.Practitioner,
        caller.Purposes,
        caller.Roles,
        caller.ScopeText,
        caller.Patient,
        caller.IsPerson,
        caller.SigningKey));

    public static Caller Read(string text, ScopeReader scopes)
    {
        var kept = JsonSerializer.Deserialize<KeptCaller>(text)!;
        return new(
            kept.ClientId,
            kept.Subject,
            kept.Organization,
            kept.Practitioner,
            kept.Purposes,
            kept.Roles,
            scopes.Read(kept.Scope, kept.Patient, kept.IsPerson))
        {
            Issuer = kept.Issuer,
            Patient = kept.Patient,
            IsPerson = kept.IsPerson,
            ScopeText = kept.Scope,
            SigningKey = kept.SigningKey,
        };
    }

    /// <summary>Nobody else is told of an export.</summary>
    public static string OwnerOf(Caller caller) =>
        RequestLimits.KeyOf(caller.Issuer ?? string.Empty, caller.Organization, caller.ClientId, caller.Subject);
}
