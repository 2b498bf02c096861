using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Interop.Hosting;

/// <summary>
/// Whose client certificates are taken on https endpoints. The endpoints and their own certificates are Kestrel's settings
/// (<c>Kestrel:Endpoints:Https:Url</c>, <c>Kestrel:Endpoints:Https:Certificate:Path</c> and <c>KeyPath</c>).
/// </summary>
/// <param name="ClientAuthorities">Root certificates of <c>ClientCertificateAuthority</c>; null where no client shows one.</param>
/// <param name="Required"><c>ClientCertificateMode</c>: <c>require</c>, or <c>allow</c> for clients without one.</param>
public sealed record TlsSettings(X509Certificate2Collection? ClientAuthorities, bool Required)
{
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>What every https endpoint does: TLS 1.2 or later, and a client certificate only of our authority.</summary>
    public void Apply(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (ClientAuthorities is not null)
        {
            https.ClientCertificateMode = Required ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, chain, _) => Vouches(certificate, chain);
        }
    }

    /// <param name="section">The process's settings: <c>Interop</c> or <c>Identity</c>.</param>
    /// <exception cref="SettingsException">The settings contradict each other, or the file can't be read.</exception>
    public static TlsSettings From(IConfigurationSection section)
    {
        var mode = section["ClientCertificateMode"] ?? "require";
        if (mode is not ("require" or "allow"))
        {
            throw new SettingsException($"{section.Path}:ClientCertificateMode must be require or allow.");
        }

        if (section["ClientCertificateAuthority"] is not { } path)
        {
            return section["ClientCertificateMode"] is null
                ? new(null, false)
                : throw new SettingsException($"{section.Path}:ClientCertificateMode needs {section.Path}:ClientCertificateAuthority.");
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException($"{section.Path}:ClientCertificateAuthority names a file that can't be read as PEM certificates.");
        }

        return authorities.Count > 0
            ? new(authorities, mode == "require")
            : throw new SettingsException($"{section.Path}:ClientCertificateAuthority names a file without a certificate.");
    }

    /// <summary>The system's authorities do not count, nor does a certificate that was made for something else than clients.</summary>
    private bool Vouches(X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(ClientAuthorities!);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        // a private authority's lists are rarely online: certificates are short-lived
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuthentication);
        return chain.Build(certificate);
    }
}
