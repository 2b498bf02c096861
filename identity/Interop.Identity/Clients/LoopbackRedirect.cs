using System.Text.RegularExpressions;

namespace Interop.Identity.Clients;

/// <summary>
/// A redirect URI of this machine, http at a loopback address, where an app takes whatever port is free when it starts: the port is no part
/// of what is registered (RFC 8252 section 7.3). A name, <c>localhost</c> too, is none, because it may lead elsewhere (section 8.3).
/// </summary>
internal static partial class LoopbackRedirect
{
    /// <summary>Whether two redirect URIs are the same but for the port.</summary>
    public static bool IsSame(string one, string other) => (Parts().Match(one), Parts().Match(other)) is var (first, second)
        && first.Success && second.Success
        && first.Groups["host"].Value == second.Groups["host"].Value && first.Groups["rest"].Value == second.Groups["rest"].Value;

    /// <summary>Any port of the address, as a Content Security Policy names it; null for another redirect URI.</summary>
    public static string? AnyPort(string redirectUri) =>
        Parts().Match(redirectUri) is { Success: true } parts ? $"http://{parts.Groups["host"].Value}:*" : null;

    [GeneratedRegex(@"\Ahttp://(?<host>127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?(?<rest>(/.*)?)\z", RegexOptions.Singleline)]
    private static partial Regex Parts();
}
