using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Interop.Storage.Audit;

namespace Interop.Server.Accountability;

/// <summary>
/// Where the chains of the trail were, from time to time, in a file outside the database: a line each with when, the last row of the
/// server's own chain, those of the others, the hash of the line before, and a signature over all that (ECDSA, P-256).
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    /// <summary>The file beside it with the key that signs; whoever has it can write other checkpoints.</summary>
    private const string PrivateKey = ".key";

    /// <summary>The file beside it with the key that verifies.</summary>
    private const string PublicKey = ".pub";

    private readonly string path;
    private readonly ECDsa key;
    private string before;

    private CheckpointFile(string path, ECDsa key, string before) => (this.path, this.key, this.before) = (path, key, before);

    /// <summary>Opens it to add to it. Keys that are not there are made.</summary>
    /// <exception cref="SettingsException">It or its keys can't be read or written.</exception>
    public static CheckpointFile Open(string path)
    {
        try
        {
            var key = KeyOf(path);
            using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                // Only whether it can be written to.
            }

            return new(path, key, HashOf(File.ReadLines(path).LastOrDefault()));
        }
        catch (Exception unusable)
            when (unusable is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new SettingsException($"Interop:AuditCheckpoints can't be used: {unusable.Message}");
        }
    }

    /// <summary>Adds a line, which is on disk when this returns.</summary>
    public void Add(DateTimeOffset instant, AuditHead own, IEnumerable<AuditHead> others)
    {
        var said = string.Join(',', others) is { Length: > 0 } list ? list : "-";
        var text = $"{instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} {own} {said} {before}";
        var signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256);
        var line = $"{text} {Convert.ToBase64String(signature)}";
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush(flushToDisk: true);
        before = HashOf(line);
    }

    /// <summary>What all lines say of the trail.</summary>
    /// <param name="publicKey">Path of the key that verifies; the one beside the file when null.</param>
    /// <exception cref="SettingsException">The file or the key can't be read.</exception>
    /// <exception cref="CheckpointException">A line is not what was written there.</exception>
    public static IReadOnlyList<AuditWitness> Read(string path, string? publicKey)
    {
        string[] lines;
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(publicKey ?? path + PublicKey));
            lines = File.ReadAllLines(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingsException($"The checkpoints can't be read: {unreadable.Message}");
        }

        var witnesses = new List<AuditWitness>();
        string? last = null;
        foreach (var (number, line) in lines.Index())
        {
            if (line.Split(' ') is not [var instant, var own, var others, var previous, var signature]
                || previous != HashOf(last)
                || !IsSigned(key, line[..line.LastIndexOf(' ')], signature))
            {
                throw new CheckpointException($"Line {number + 1} of the checkpoints was changed, or one before it is gone.");
            }

            var heads = AuditHead.Parse(own).Concat(AuditHead.Parse(others == "-" ? string.Empty : others.Replace(',', ' ')));
            witnesses.AddRange(heads.Select(head => new AuditWitness(head, $"the checkpoint of {instant}")));
            last = line;
        }

        return witnesses;
    }

    public void Dispose() => key.Dispose();

    private static bool IsSigned(ECDsa key, string text, string signature)
    {
        var bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature, bytes, out var length)
            && key.VerifyData(Encoding.UTF8.GetBytes(text), bytes.AsSpan(0, length), HashAlgorithmName.SHA256);
    }

    private static string HashOf(string? line) =>
        line is null ? "-" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));

    private static ECDsa KeyOf(string path)
    {
        if (File.Exists(path + PrivateKey))
        {
            var known = ECDsa.Create();
            known.ImportFromPem(File.ReadAllText(path + PrivateKey));
            return known;
        }

        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(path + PrivateKey, options))
        {
            file.WriteLine(made.ExportPkcs8PrivateKeyPem());
        }

        File.WriteAllText(path + PublicKey, made.ExportSubjectPublicKeyInfoPem() + "\n");
        return made;
    }
}

/// <summary>A file of checkpoints that somebody has changed; the message is for the operator.</summary>
internal sealed class CheckpointException(string message) : Exception(message);
