using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Server.Voices;

/// <summary>
/// What opens a survey once: 128 random bits in 22 letters. It is handed out and never kept; where it is shown, its hash is looked for. A
/// hash without salt is enough: nobody can try 2^128 codes.
/// </summary>
internal static class SurveyCode
{
    private const int Bytes = 16;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>In hexadecimal digits.</summary>
    public static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}
