using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Identity.Accounts;

/// <summary>
/// Which passwords are taken: long ones that are not known from breaches. No rules of composition: NIST SP 800-63B section 5.1.1.2.
/// </summary>
internal sealed class PasswordPolicy(IdentitySettings settings)
{
    public const int MinLength = 12;
    public const int MaxLength = 128;

    private readonly Lazy<HashSet<string>> breached = new(() => Load(settings.BreachedPasswords));

    /// <summary>Why the password is not taken, or null.</summary>
    public string? Objection(string userName, string password)
    {
        if (password.Length is < MinLength or > MaxLength)
        {
            return $"The password must have {MinLength} to {MaxLength} characters.";
        }

        if (password.Distinct().Count() < 5 || password.Contains(userName, StringComparison.OrdinalIgnoreCase))
        {
            return "The password must not repeat a few characters or contain the user name.";
        }

        return breached.Value.Contains(Fingerprint(password)) ? "The password is known from a breach. Choose another one." : null;
    }

    [SuppressMessage(
        "Security", "CA5350", Justification = "Lists of breached passwords are published as SHA-1; nothing is protected by it.")]
    private static string Fingerprint(string password) => Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));

    private static HashSet<string> Load(string? path) =>
        path is null
            ? []
            : File.ReadLines(path).Where(line => line.Length >= 40).Select(
                line => line[..40].ToUpperInvariant()).ToHashSet(StringComparer.Ordinal);
}
