using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Interop.Server.Commands;

/// <summary><c>interop key FILE</c>: a new key for a client of an issuer; prints the public half as the key set to register.</summary>
internal static class ClientKey
{
    public static Command Command()
    {
        var file = new Argument<string>("file") { Description = "Where the private key goes (PEM, its owner's alone); must not exist." };
        var kid = new Option<string>("--kid") { Description = "The key's id in the set.", Required = true };
        var command = new Command("key", "Makes a client's key (ES384) and prints its public key set.") { file, kid };
        command.SetAction(arguments => Run(arguments.GetValue(file)!, arguments.GetValue(kid)!));
        return command;
    }

    private static int Run(string file, string kid)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var stream = new FileStream(file, options);
            stream.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        }
        catch (IOException)
        {
            throw new SettingsException($"{file} exists or can't be written: a key is never overwritten.");
        }

        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new
        {
            kty = "EC",
            crv = "P-384",
            use = "sig",
            alg = SecurityAlgorithms.EcdsaSha384,
            kid,
            x = Base64UrlEncoder.Encode(point.X),
            y = Base64UrlEncoder.Encode(point.Y),
        };
        Console.WriteLine(JsonSerializer.Serialize(new { keys = new[] { jwk } }));
        return 0;
    }
}
