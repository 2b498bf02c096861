using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Json;

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
    /// <exception cref="FhirException">403: for the person herself nothing goes on without her.</exception>
    public static string Write(Caller caller) => caller.Individual is not null
        ? throw new FhirException(IssueCode.Forbidden, "Exports and subscriptions are for agencies.")
        : JsonSerializer.Serialize(new KeptCaller(
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
        using var document = JsonDocument.Parse(text);
        var kept = document.RootElement;
        var (scope, patient) = (kept.Text(nameof(Scope))!, kept.Text(nameof(Patient)));
        var isPerson = kept.At(nameof(IsPerson)).GetBoolean();
        return new(
            kept.Text(nameof(ClientId))!,
            kept.Text(nameof(Subject))!,
            kept.Text(nameof(Organization))!,
            kept.Text(nameof(Practitioner)),
            Texts(nameof(Purposes)),
            Texts(nameof(Roles)),
            scopes.Read(scope, patient, isPerson))
        {
            Issuer = kept.Text(nameof(Issuer)),
            Patient = patient,
            IsPerson = isPerson,
            ScopeText = scope,
            SigningKey = kept.Text(nameof(SigningKey)),
        };

        IReadOnlyList<string> Texts(string name) => [.. kept.Items(name).Select(item => item.GetString()!)];
    }

    /// <summary>Whose an export is, and who listens to a subscription: nobody else is told of either.</summary>
    public static string OwnerOf(Caller caller) =>
        RequestLimits.KeyOf(caller.Issuer ?? string.Empty, caller.Organization, caller.ClientId, caller.Subject);
}
