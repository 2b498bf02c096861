using Interop.Identity.Tokens;

namespace Interop.Identity.Pages;

/// <summary>Scopes in words for the person who is asked.</summary>
internal static class ScopeText
{
    private static readonly Dictionary<char, string> Verbs =
        new() { ['c'] = "create", ['r'] = "read", ['u'] = "change", ['d'] = "delete", ['s'] = "search" };

    public static string Describe(string text) => text switch
    {
        "openid" => "Know who you are.",
        "profile" => "Know your name.",
        "fhirUser" => "Know your entry in the directory.",
        "offline_access" => "Keep access while you are away.",
        "online_access" => "Keep access while you are signed in.",
        Invitations.Invite.Scope => "Give people the code with which they open their own record.",
        "launch" => "Know what you were working on.",
        "launch/patient" => "Know which patient it is about.",
        "launch/encounter" => "Know which encounter it is about.",
        _ => Scope.TryParse(text) is { Context: { } context } scope
            ? $"{Sentence(scope)} {(scope.Type == "*" ? "all records" : scope.Type + " records")} "
                + $"{(context == "patient" ? "of the patient" : "that you may use")}{(scope.Query is null ? "." : ", within limits.")}"
            : "Use a function of the service.",
    };

    private static string Sentence(Scope scope)
    {
        var words = string.Join(", ", scope.Rights!.Select(right => Verbs[right]));
        return char.ToUpperInvariant(words[0]) + words[1..];
    }
}
