namespace Interop.Server.Settings;

/// <summary>The settings under <c>Interop:Exports:</c>.</summary>
/// <param name="Folder">Where the files of exports lie until they are old; a folder that is its owner's alone.</param>
/// <param name="Hours">How long a finished export is kept.</param>
public sealed record ExportSettings(string Folder, int Hours)
{
    /// <summary>Null where no folder is named: then nothing is exported.</summary>
    /// <exception cref="SettingsException">A number is none.</exception>
    internal static ExportSettings? From(IConfigurationSection section) => section["Folder"] is not { Length: > 0 } folder
        ? null
        : new(
            folder,
            section["Hours"] is not { } text ? 24
                : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 720 ? hours
                : throw new SettingsException($"{section.Path}:Hours must be a number of hours from 1 to 720."));
}
