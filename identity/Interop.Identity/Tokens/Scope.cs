using System.Text.RegularExpressions;
using Interop.Identity.Http;

namespace Interop.Identity.Tokens;

/// <summary>
/// One scope: a SMART resource scope, version 2 or 1 (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html), or a plain
/// word such as <c>openid</c> or <c>cad.write</c>, whose <see cref="Context"/> is null.
/// </summary>
/// <param name="Context"><c>patient</c>, <c>user</c> or <c>system</c>.</param>
/// <param name="Rights">A non-empty ordered part of <c>cruds</c>.</param>
/// <param name="Query">What follows <c>?</c>, or null.</param>
internal sealed partial record Scope(string Text, string? Context, string? Type, string? Rights, string? Query)
{
    /// <summary>The scope, or null when it is neither form.</summary>
    public static Scope? TryParse(string text)
    {
        if (Resource().Match(text) is { Success: true } match && match.Groups["rights"].Value is { Length: > 0 } letters)
        {
            // Version 1 of SMART had words, which stand for letters: the text stays as it was asked for.
            var rights = letters switch { "read" => "rs", "write" => "cud", "*" => "cruds", _ => letters };
            return new(
                text,
                match.Groups["context"].Value,
                match.Groups["type"].Value,
                rights,
                match.Groups["query"] is { Success: true } query ? query.Value : null);
        }

        return Word().IsMatch(text) ? new(text, null, null, null, null) : null;
    }

    /// <summary>
    /// Whether whoever is registered for this scope may have <paramref name="asked"/>: never more rights, never a wider query.
    /// </summary>
    public bool Covers(Scope asked) => Context is null || asked.Context is null
        ? Text == asked.Text
        : Context == asked.Context
            && (Type == "*" || Type == asked.Type)
            && asked.Rights!.All(Rights!.Contains)
            && (Query is null || Query == asked.Query);

    /// <summary>The first of <paramref name="asked"/> that no registered scope covers, or null.</summary>
    public static string? FirstBeyond(IReadOnlyList<string> registered, IReadOnlyList<string> asked)
    {
        var known = registered.Select(TryParse).OfType<Scope>().ToList();
        return asked.FirstOrDefault(text => TryParse(text) is not { } scope || !known.Any(candidate => candidate.Covers(scope)));
    }

    /// <summary>Whether a scope makes sense only where a person signs in.</summary>
    public static bool IsForPeople(string text) =>
        text is "openid" or "profile" or "fhirUser" or "offline_access" or "online_access"
            or Invitations.Invite.Scope
            || text.StartsWith("launch", StringComparison.Ordinal)
        || TryParse(text) is { Context: "patient" or "user" };

    /// <summary>All allowed purposes, or the part of them that a request names in <c>purpose_of_use</c>.</summary>
    /// <exception cref="OAuthException">A named purpose is not among the allowed.</exception>
    public static IReadOnlyList<string> Purposes(IReadOnlyList<string> allowed, string? asked)
    {
        var purposes = asked?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList() ?? [];
        return purposes.Exists(purpose => !allowed.Contains(purpose))
            ? throw new OAuthException(OAuthException.InvalidScope, "A purpose of use is beyond the registration.")
            : purposes.Count == 0 ? allowed : purposes;
    }

    [GeneratedRegex(
        @"\A(?<context>patient|user|system)/(?<type>\*|[A-Z][A-Za-z]{1,63})\.(?<rights>c?r?u?d?s?|read|write|\*)"
            + @"(\?(?<query>[!#-\[\]-~]{1,500}))?\z")]
    private static partial Regex Resource();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9._-]{0,63}(/(patient|encounter))?\z")]
    private static partial Regex Word();
}
