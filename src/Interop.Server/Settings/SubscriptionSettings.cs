using System.Globalization;

namespace Interop.Server.Settings;

/// <summary>How subscribers are told, from <c>Interop:Subscriptions:</c>.</summary>
/// <param name="MayBePrivate">Whether endpoints may be on this machine or in private networks, and there without TLS on loopback.</param>
/// <param name="Retry">How long after a first failure it is tried again; then twice as long each time, an hour at most.</param>
/// <param name="Tries">After how many failures in a row a subscription ends in error.</param>
public sealed record SubscriptionSettings(bool MayBePrivate, TimeSpan Retry, int Tries)
{
    public static SubscriptionSettings Usual { get; } = new(false, TimeSpan.FromSeconds(10), 12);

    /// <exception cref="SettingsException">A value is none.</exception>
    internal static SubscriptionSettings From(IConfigurationSection section)
    {
        return new(
            section["PrivateAddresses"] is { } text && (bool.TryParse(text, out var may)
                ? may
                : throw new SettingsException($"{section.Path}:PrivateAddresses must be true or false.")),
            TimeSpan.FromSeconds(Number("RetrySeconds", (int)Usual.Retry.TotalSeconds, 3600)),
            Number("Tries", Usual.Tries, 100));

        int Number(string name, int usual, int most) => section[name] is not { } given ? usual
            : int.TryParse(given, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
            : throw new SettingsException($"{section.Path}:{name} must be a number from 1 to {most}.");
    }
}
