using System.Text.Json;
using Interop.Fhir;
using Interop.Storage.Audit;

namespace Interop.Server.Sandbox;

/// <summary>
/// What a client must have tried in the sandbox before it goes live: mostly what it is refused, because a system that can't take a no
/// will be trouble. Judged by the audit trail alone; nobody ticks a box.
/// </summary>
internal static class OnboardingChecklist
{
    /// <param name="isPermitted">Whether the agreement lets the agency see the consenting person's diagnosis at all.</param>
    public static IReadOnlyList<ChecklistCase> Cases(SandboxPersons persons, bool isPermitted) =>
    [
        Denied("no-consent-read", "Read the diagnosis of a person who agreed to nothing: 404.", persons.SilentCondition),
        Empty("no-consent-search", "Search the diagnoses of that person: an empty Bundle.", persons.Silent),
        Denied("sensitive-read", "Read a substance use diagnosis that the person's consent leaves out: 404.", persons.SensitiveCondition),
        Denied("revoked-consent-read", "Read the diagnosis of a person who took the consent back: 404.", persons.RevokedCondition),
        new(
            "foreign-write",
            "Change a Patient of the custodian: 403 or 404.",
            "PUT",
            persons.Consenting.ToString(),
            row => row is { Interaction: "update", Outcome: "deny" }
                && row.Target!.EndsWith(persons.Consenting.ToString(), StringComparison.Ordinal)),
        .. isPermitted
            ?
            [
                new ChecklistCase(
                    "consented-read",
                    "Read the diagnosis that the person lets the agency see: 200.",
                    "GET",
                    persons.ConsentedCondition.ToString(),
                    row => row is { Interaction: "read", Outcome: "permit" } && row.Target == persons.ConsentedCondition.ToString()),
            ]
            : Array.Empty<ChecklistCase>(),
    ];

    private static ChecklistCase Denied(string code, string text, ResourceKey key) =>
        new(code, text, "GET", key.ToString(), row => row is { Interaction: "read", Outcome: "deny" } && row.Target == key.ToString());

    private static ChecklistCase Empty(string code, string text, ResourceKey patient) =>
        new(
            code,
            text,
            "GET",
            $"Condition?patient={patient}",
            row => row is { Interaction: "search-type", Target: "Condition" } && IsEmpty(row, patient.Id));

    private static bool IsEmpty(AuditRow row, string patient)
    {
        using var detail = JsonDocument.Parse(row.Detail);
        return detail.RootElement.TryGetProperty("query", out var query)
            && query.GetString()!.Contains(patient, StringComparison.Ordinal)
            && detail.RootElement.TryGetProperty("disclosed", out var disclosed)
            && disclosed.GetArrayLength() == 0;
    }
}

/// <summary>One thing to try.</summary>
/// <param name="Method">And <paramref name="Path"/>: the request, below the FHIR base.</param>
/// <param name="IsShownBy">Whether a row of the audit trail shows that it was tried and ended as it must.</param>
internal sealed record ChecklistCase(string Code, string Text, string Method, string Path, Func<AuditRow, bool> IsShownBy);

/// <summary>A case, and when the client first passed it (UTC microseconds), or null.</summary>
internal sealed record ChecklistAnswer(ChecklistCase Case, long? PassedAt);
