namespace Interop.Identity;

/// <summary>
/// Secrets from files, as container and service managers hand them out: a folder with a file per setting, such as
/// <c>Identity__Database</c> for a connection string with a password. A setting in the folder wins over the same one elsewhere.
/// </summary>
internal static class SecretSources
{
    /// <summary>Adds the folder that <c>Identity:SecretsFolder</c> names.</summary>
    public static void AddSecrets(this IConfigurationManager configuration)
    {
        if (configuration["Identity:SecretsFolder"] is { } folder)
        {
            configuration.AddKeyPerFile(
                Directory.Exists(folder)
                    ? Path.GetFullPath(folder)
                    : throw new SettingsException("Identity:SecretsFolder names a folder that does not exist."),
                optional: false);
        }
    }
}
