using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Fhir.Search;

/// <summary>
/// Which code systems ignore the case of their codes (https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.caseSensitive): those
/// that are loaded and say so. Their codes stand in the index folded and with a mark, so that a search without a system asks for two texts,
/// the one as it is written and the one of all such systems, however many there are.
/// </summary>
public sealed class CodeCase(IEnumerable<string> ignoring)
{
    // No code has it, and it sorts before all that one has.
    private const string Mark = "\u0001";

    private readonly FrozenSet<string> systems = ignoring.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>For where nothing is loaded.</summary>
    public static CodeCase Minded { get; } = new([]);

    /// <summary>Which systems wrote an index; empty where there are none.</summary>
    public string Version => systems.Count == 0
        ? string.Empty
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', systems.Order(StringComparer.Ordinal)))));

    /// <summary>The form in which a code is stored.</summary>
    public string? Indexed(string? system, string? code) =>
        code is not null && system is not null && systems.Contains(system) ? Folded(code) : code;

    /// <summary>What to look for, one or the other.</summary>
    public IReadOnlyList<TokenValue> Asked(TokenValue token) => token switch
    {
        { System: null, Code: { } code } when systems.Count > 0 => [token, token with { Code = Folded(code) }],
        _ => [token with { Code = Indexed(token.System, token.Code) }],
    };

    private static string Folded(string code) => TokenCase.Fold(code) + Mark;
}
