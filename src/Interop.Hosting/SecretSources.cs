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

    /// <summary>
    /// A secret of the section, or what stands in the file that <c>NAMEFile</c> names; null where neither is set. No sentence about it says
    /// what it is.
    /// </summary>
    /// <param name="name">The setting, such as <c>Secret</c>.</param>
    /// <exception cref="SettingsException">It is too short, can't be read, or is said twice.</exception>
    public static string? Secret(IConfigurationSection section, string name)
    {
        var secret = section[name] is { Length: > 0 } set ? set : null;
        if (section[$"{name}File"] is { } path)
        {
            if (secret is not null)
            {
                throw new SettingsException($"{section.Path}:{name} and {section.Path}:{name}File are both set: one of them is enough.");
            }

            try
            {
                secret = File.ReadAllText(path).Trim();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new SettingsException($"{section.Path}:{name}File names a file that can't be read.");
            }
        }

        return secret is null or { Length: >= 16 }
            ? secret
            : throw new SettingsException($"{section.Path}:{name} must have at least 16 characters.");
    }
}
