using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Demo;

/// <summary>The key by which the pages' clients prove themselves, made at the first start.</summary>
internal static class PagesKey
{
    public const string FileName = "pages.pem";

    public static async Task MakeAsync(PrivateFolder folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.File(FileName)))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            await folder.WriteAsync(FileName, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), cancellationToken);
        }
    }

    /// <summary>The public half, to be registered.</summary>
    public static async Task<string> JwksAsync(PrivateFolder folder, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(folder.File(FileName), cancellationToken));
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(new
        {
            keys = new[]
            {
                new
                {
                    kty = "EC", crv = "P-384", use = "sig", alg = SecurityAlgorithms.EcdsaSha384, kid = "pages",
                    x = Base64UrlEncoder.Encode(point.X), y = Base64UrlEncoder.Encode(point.Y),
                },
            },
        });
    }
}
