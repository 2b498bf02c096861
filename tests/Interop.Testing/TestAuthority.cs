using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Interop.Testing;

/// <summary>A certificate authority of a test, with the files that a server is configured with.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly string folder = Directory.CreateTempSubdirectory("interop-certificates-").FullName;
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        RootFile = Path.Combine(folder, "root.pem");
        File.WriteAllText(RootFile, root.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate as PEM.</summary>
    public string RootFile { get; }

    /// <summary>A file with a server's certificate for 127.0.0.1 and its key.</summary>
    public string ServerFile => Path.Combine(folder, "server.pem");

    public X509Certificate2 Client(bool expired = false) => Issue("CN=client", ForClients, expired);

    public X509Certificate2 Server() => Issue("CN=server", ForServers);

    /// <summary>Puts the certificate and its key where the server looks, in one step.</summary>
    public X509Certificate2 Install(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(ServerFile + ".new", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        File.Move(ServerFile + ".new", ServerFile, overwrite: true);
        return certificate;
    }

    /// <summary>A client that trusts this authority alone and shows a certificate where it has one.</summary>
    public HttpClient Trusting(Uri address, X509Certificate2? own, Action<X509Certificate2>? shown = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new()
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck
                },
                ClientCertificates = own is null ? null : [own],
                LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
            },
        };
        if (shown is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                shown((X509Certificate2)certificate!);
                return errors == SslPolicyErrors.None;
            };
        }

        return new(handler) { BaseAddress = address };
    }

    public void Dispose()
    {
        root.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private X509Certificate2 Issue(string name, string purpose, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        using var certificate = request.Create(
            root, DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(expired ? -10 : 10), RandomNumberGenerator.GetBytes(
                12));
        return certificate.CopyWithPrivateKey(key);
    }
}
