namespace Interop.Server;

/// <summary>
/// Secrets from files, as container and service managers hand them out: a folder with a file per setting (<c>Interop__Secret</c>), or one
/// file named by <c>Interop:SecretFile</c>. A setting in the folder wins over the same one elsewhere.
/// </summary>
internal static class SecretSources
{
    /// <summary>Adds the folder that <c>Interop:SecretsFolder</c> names.</summary>
    public static void AddSecrets(this IConfigurationManager configuration)
    {
        if (configuration["Interop:SecretsFolder"] is { } folder)
        {
            configuration.AddKeyPerFile(
                Directory.Exists(folder)
                    ? Path.GetFullPath(folder)
                    : throw new SettingsException("Interop:SecretsFolder names a folder that does not exist."),
                optional: false);
        }
    }

    /// <summary>The server's secret, or null where none is set. No sentence about it says what it is.</summary>
    public static string? Secret(IConfigurationSection section)
    {
        var secret = section["Secret"] is { Length: > 0 } set ? set : null;
        if (section["SecretFile"] is { } path)
        {
            if (secret is not null)
            {
                throw new SettingsException("Interop:Secret and Interop:SecretFile are both set: one of them is enough.");
            }

            try
            {
                secret = File.ReadAllText(path).Trim();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new SettingsException("Interop:SecretFile names a file that can't be read.");
            }
        }

        return secret is null or { Length: >= 16 }
            ? secret
            : throw new SettingsException("Interop:Secret must have at least 16 characters.");
    }
}
