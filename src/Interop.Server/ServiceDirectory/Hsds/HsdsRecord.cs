using System.Text.RegularExpressions;

namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>
/// One record of a table of the Human Services Data Specification (https://docs.openreferral.org/en/3.1/hsds/schema_reference.html).
/// </summary>
/// <param name="Table">Its name in the singular: service, phone, service_at_location.</param>
/// <param name="Where">File and line, or file and path, for messages.</param>
/// <param name="Fields">By name; blank ones count as absent.</param>
internal sealed partial record HsdsRecord(string Table, string Where, IReadOnlyDictionary<string, string> Fields)
{
    private static readonly string[] Named = ["id", "name", "description", "email", "url", "alternate_name"];

    // Version 1 numbered the terms themselves so.
    public string? Id => this["id"] ?? (Table == "taxonomy_term" ? this["taxonomy_id"] : null);

    /// <summary>The text of a field without blanks around it; null where there is none.</summary>
    public string? this[string name] => Fields.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    /// <summary>The items of a field that is a list between commas or semicolons.</summary>
    public IEnumerable<string> List(string name) =>
        (this[name] ?? string.Empty).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// A record under the names of version 3: others write <c>uuid</c> for <c>id</c>, and their table's name before a field's.
    /// </summary>
    public static HsdsRecord Of(string table, string where, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in fields)
        {
            var known = Uuid().Replace(name.Trim().ToLowerInvariant(), "id");
            var own = known.StartsWith(table + "_", StringComparison.Ordinal) ? known[(table.Length + 1)..] : known;
            read.TryAdd(Named.Contains(own) ? own : known, text.Trim());
        }

        return new(table, where, read);
    }

    /// <summary>The singular of a table's name, by which versions and formats agree.</summary>
    public static string TableOf(string name) => name.ToLowerInvariant() switch
    {
        "taxonomy" or "taxonomy_terms" => "taxonomy_term",
        "regular_schedules" or "regular_schedule" => "schedule",
        "postal_address" or "physical_addresses" or "physical_address" => "address",
        var plural when plural.EndsWith("ies", StringComparison.Ordinal) => plural[..^3] + "y",
        var plural when plural.EndsWith("sses", StringComparison.Ordinal) => plural[..^2],
        var plural when plural.EndsWith('s') && !plural.EndsWith("ss", StringComparison.Ordinal) => plural[..^1],
        var singular => singular,
    };

    [GeneratedRegex("uuid$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Uuid();
}

/// <summary>Something that could not be taken, or not whole.</summary>
/// <param name="IsTaken">Whether the record is taken all the same.</param>
internal sealed record HsdsProblem(string Where, string Rule, bool IsTaken = false);
