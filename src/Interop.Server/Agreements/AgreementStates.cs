using System.Collections.Frozen;
using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Sharing.Agreements;

namespace Interop.Server.Agreements;

/// <summary>
/// The life of an agreement (https://hl7.org/fhir/R4/valueset-contract-status.html, narrowed): negotiable, executed, amended,
/// terminated. Suspension is a modifier and no state, so that what is suspended resumes as what it was.
/// </summary>
internal static class AgreementStates
{
    private static readonly FrozenDictionary<string, string[]> Next = new Dictionary<string, string[]>
    {
        [""] = ["negotiable", "executed"],
        ["negotiable"] = ["negotiable", "executed", "cancelled", "entered-in-error"],
        ["executed"] = ["executed", "amended", "terminated", "entered-in-error"],
        ["amended"] = ["amended", "terminated", "entered-in-error"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The elements that a step from executed may change without the agreement becoming an amended one.</summary>
    private static readonly string[] BesidesTerms = ["status", "modifierExtension", "meta", "text"];

    /// <summary>What is wrong with a step; empty when it may be taken.</summary>
    /// <param name="before">The agreement as it is stored; null for a new one, or a Contract that was none.</param>
    /// <param name="after">As it is to be; null for a Contract that is no agreement.</param>
    public static IReadOnlyList<Issue> Check(
        (Agreement Agreement, ReadOnlyMemory<byte> Body)? before, (Agreement Agreement, ReadOnlyMemory<byte> Body)? after)
    {
        if (after is not { } next)
        {
            return before is { } was && was.Agreement.Status != "negotiable"
                ? [Refusal("What was an agreement stays one: keep the profile.", "Contract.meta.profile")]
                : [];
        }

        var from = before?.Agreement.Status ?? string.Empty;
        var to = next.Agreement.Status ?? string.Empty;
        var choices = Next.GetValueOrDefault(from, []);
        if (!choices.Contains(to))
        {
            var origin = from.Length == 0 ? "A new agreement" : $"An agreement that is {from}";
            var allowed = choices.Length == 0 ? "stays as it is" : $"may become: {string.Join(", ", choices)}";
            return [Refusal($"{origin} {allowed}.", "Contract.status")];
        }

        if (!Agreement.Binds(to))
        {
            return next.Agreement.IsSuspended && !Agreement.Binds(from)
                ? [Refusal("Only an agreement in force can be suspended.", "Contract.modifierExtension")]
                : [];
        }

        // Who signs has to know that it will work: what is incomplete is refused, not kept out of force in silence.
        return next.Agreement.Gaps.Count > 0
            ? [.. next.Agreement.Gaps.Select(gap => Refusal($"An agreement that is {to} must be complete: {gap}.", "Contract"))]
            : before is { } known && Agreement.Binds(from) ? Changes(known, next, from, to) : [];
    }

    private static IReadOnlyList<Issue> Changes(
        (Agreement Agreement, ReadOnlyMemory<byte> Body) before,
        (Agreement Agreement, ReadOnlyMemory<byte> Body) after,
        string from,
        string to)
    {
        if ((before.Agreement.Grantor, before.Agreement.Grantee) != (after.Agreement.Grantor, after.Agreement.Grantee))
        {
            return [Refusal("The parties of an agreement do not change: terminate it and make another.", "Contract.term.offer.party")];
        }

        return from == "executed" && to == "executed" && ChangedTerm(before.Body, after.Body) is { } element
            ? [Refusal("The terms of an executed agreement change as amended.", $"Contract.{element}")]
            : [];
    }

    private static string? ChangedTerm(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using var was = JsonDocument.Parse(before, FhirJson.Parsing);
        using var now = JsonDocument.Parse(after, FhirJson.Parsing);
        return was.RootElement.EnumerateObject()
            .Concat(now.RootElement.EnumerateObject())
            .Select(property => property.Name)
            .Except(BesidesTerms)
            .FirstOrDefault(name =>
                !was.RootElement.TryGetProperty(name, out var left)
                || !now.RootElement.TryGetProperty(name, out var right)
                || !JsonElement.DeepEquals(left, right));
    }

    private static Issue Refusal(string diagnostics, string expression) =>
        new(IssueSeverity.Error, "business-rule", diagnostics, expression);
}
