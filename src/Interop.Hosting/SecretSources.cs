using Microsoft.Extensions.Configuration;

namespace Interop.Hosting;

/// <summary>
/// Secrets from files, as container and service managers hand them out: a folder with a file per setting (<c>Interop__Secret</c>,
/// <c>Identity__Database</c>), or one file of its own. A setting in the folder wins over the same one elsewhere.
/// </summary>
public static class SecretSources
{
    /// <summary>Adds the folder that the process's <c>SecretsFolder</c> names.</summary>
    /// <param name="section">The process's settings: <c>Interop</c> or <c>Identity</c>.</param>
    /// <exception cref="SettingsException">There is no such folder.</exception>
    public static void AddSecrets(this IConfigurationManager configuration, string section)
    {
        if (configuration[$"{section}:SecretsFolder"] is { } folder)
        {
            configuration.AddKeyPerFile(
                Directory.Exists(folder)
                    ? Path.GetFullPath(folder)
                    : throw new SettingsException($"{section}:SecretsFolder names a folder that does not exist."),
                optional: false);
        }
    }

    /// <summary>The section's <c>Secret</c>, or null where none is set. No sentence about it says what it is.</summary>
    /// <exception cref="SettingsException">It is too short, can't be read, or is said twice.</exception>
    public static string? Secret(IConfigurationSection section)
    {
        var secret = section["Secret"] is { Length: > 0 } set ? set : null;
        if (section["SecretFile"] is { } path)
        {
            if (secret is not null)
            {
                throw new SettingsException($"{section.Path}:Secret and {section.Path}:SecretFile are both set: one of them is enough.");
            }

            try
            {
                secret = File.ReadAllText(path).Trim();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new SettingsException($"{section.Path}:SecretFile names a file that can't be read.");
            }
        }

        return secret is null or { Length: >= 16 }
            ? secret
            : throw new SettingsException($"{section.Path}:Secret must have at least 16 characters.");
    }
}
