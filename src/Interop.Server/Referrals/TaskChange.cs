using System.Runtime.InteropServices;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Server.Http;

namespace Interop.Server.Referrals;

/// <summary>What becomes of a stored Task when a party that sees a part of it sends that part back, changed.</summary>
/// <param name="Body">The stored Task with the allowed changes; every other byte as stored.</param>
internal sealed record TaskChange(byte[] Body, IReadOnlyList<Issue> Issues)
{
    /// <summary>
    /// Elements of the fulfilling side (<see cref="ReferralStates.ChangeableElements"/>) are taken from what was sent; one that is
    /// left out goes, if the party saw it. Any other element must stand as the party sees it, or be left out.
    /// </summary>
    /// <param name="stored">The whole Task.</param>
    /// <param name="view">The Task as the party sees it.</param>
    /// <param name="sent">What the party sent: validated, and of the same id.</param>
    public static TaskChange Apply(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> view, ReadOnlyMemory<byte> sent)
    {
        using var seen = JsonDocument.Parse(view, FhirJson.Parsing);
        using var wanted = JsonDocument.Parse(sent, FhirJson.Parsing);
        var body = stored.ToArray();
        var issues = new List<Issue>();
        foreach (var property in wanted.RootElement.EnumerateObject())
        {
            if (property.Name is "resourceType" or "id" or "meta" or "text")
            {
                continue;
            }

            var isSame = seen.RootElement.TryGetProperty(property.Name, out var shown) && JsonElement.DeepEquals(shown, property.Value);
            if (isSame)
            {
                continue;
            }

            if (!ReferralStates.ChangeableElements.Contains(property.Name))
            {
                issues.Add(
                    new(IssueSeverity.Error, "business-rule", "A party to a Task may not change this element.", $"Task.{property.Name}"));
                continue;
            }

            body = TopLevel.Replace(
                body,
                property.Name,
                Merged(TopLevel.Value(body, property.Name), property.Value, isShown: shown.ValueKind != JsonValueKind.Undefined));
        }

        foreach (var name in ReferralStates.ChangeableElements.Where(name => name is not ("status" or "owner")))
        {
            if (seen.RootElement.TryGetProperty(name, out _) && !wanted.RootElement.TryGetProperty(name, out _))
            {
                body = TopLevel.Remove(body, name);
            }
        }

        return new(body, issues);
    }

    /// <summary>A list that the party could not see is added to, never replaced: what it could not see is not its to remove.</summary>
    private static byte[] Merged(ReadOnlySpan<byte> stored, JsonElement sent, bool isShown)
    {
        var raw = JsonMarshal.GetRawUtf8Value(sent);
        return !isShown && sent.ValueKind == JsonValueKind.Array && stored.Length > 0 && stored[0] == (byte)'['
            ? [.. stored[..^1], (byte)',', .. raw[1..]]
            : raw.ToArray();
    }
}
