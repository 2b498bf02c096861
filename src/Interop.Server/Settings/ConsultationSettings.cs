using System.Globalization;

namespace Interop.Server.Settings;

/// <summary>Whom a field team consults, and by which means.</summary>
/// <param name="Psychiatrist">Reference to who is on duty; null where the site names nobody.</param>
/// <param name="Minutes">How long a consultation may wait for an answer.</param>
/// <param name="TelehealthUrl">Address of a meeting at the site's provider, with <c>{room}</c> for its name; null for none.</param>
public sealed record ConsultationSettings(string? Psychiatrist, TimeSpan Minutes, string? TelehealthUrl)
{
    internal const string Room = "{room}";

    /// <exception cref="SettingsException">A reference, number or address is none.</exception>
    internal static ConsultationSettings From(IConfigurationSection section)
    {
        var psychiatrist = section["Psychiatrist"];
        if (psychiatrist is not null
            && Fhir.ResourceKey.TryParse(psychiatrist) is not
                { Type: "Organization" or "PractitionerRole" or "Practitioner" or "CareTeam" })
        {
            throw new SettingsException(
                $"{section.Path}:Psychiatrist must be a reference to an Organization, PractitionerRole, Practitioner or CareTeam.");
        }

        var text = section["Minutes"] ?? "10";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes is < 1 or > 1440)
        {
            throw new SettingsException($"{section.Path}:Minutes must be a number from 1 to 1440.");
        }

        var url = section["TelehealthUrl"];
        var isAddress = url is not null && url.Contains(Room, StringComparison.Ordinal)
            && Uri.TryCreate(url.Replace(Room, "x", StringComparison.Ordinal), UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttps;
        return url is null || isAddress
            ? new(psychiatrist, TimeSpan.FromMinutes(minutes), url)
            : throw new SettingsException($"{section.Path}:TelehealthUrl must be an https address with {Room} in it.");
    }
}
