namespace Interop.Fhir;

/// <summary>
/// The address of a resource on this server, <c>[type]/[id]</c> (https://hl7.org/fhir/R4/references.html#literal).
/// Ids are case-sensitive.
/// </summary>
public readonly record struct ResourceKey(string Type, string Id)
{
    public override string ToString() => $"{Type}/{Id}";

    /// <summary>Reads <c>Type/id</c>, also with a trailing <c>/_history/version</c>; null for anything else.</summary>
    public static ResourceKey? TryParse(string reference)
    {
        var parts = reference.Split('/');
        var isLocal = parts.Length == 2 || (parts.Length == 4 && parts[2] == "_history");
        return isLocal && parts[0].Length > 0 && char.IsAsciiLetterUpper(parts[0][0]) && IsId(parts[1]) ? new(parts[0], parts[1]) : null;
    }

    /// <summary>The <c>id</c> type of R4: 1 to 64 of <c>A-Z a-z 0-9 - .</c> (https://hl7.org/fhir/R4/datatypes.html#id).</summary>
    public static bool IsId(string text) =>
        text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
