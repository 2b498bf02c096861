using System.Text.Json;
using Interop.Fhir;
using Interop.Sharing.Json;

namespace Interop.Sharing.Roster;

/// <summary>
/// Compiles rosters into rows that a request is held against: who works for an organisation (PractitionerRole) and what they have
/// learnt (Practitioner.qualification), both with their periods. R4 has no resource for training; a qualification with an end is one.
/// </summary>
public static class RosterCompiler
{
    /// <summary>The extension of an Organization with one qualification (Coding) that its people must have.</summary>
    public const string Required = "https://interop.example/fhir/StructureDefinition/organization-required-qualification";

    /// <summary>What an Organization demands of its people. A demand that can't be read is one that nobody meets.</summary>
    public static IReadOnlyList<RosterRequirement> Requirements(ReadOnlyMemory<byte> organization, string id)
    {
        using var document = JsonDocument.Parse(organization, JsonReading.Options);
        return
        [
            .. document.RootElement.Items("extension")
                .Where(extension => extension.Text("url") == Required)
                .Select(extension => new RosterRequirement(id, CodeOf(extension.At("valueCoding")) ?? string.Empty))
                .Distinct(),
        ];
    }

    /// <summary>
    /// The rows of the given roles, each with the organisation that keeps it; a role counts on the roster of its keeper only.
    /// </summary>
    /// <param name="roles">Bodies of PractitionerRole with the id of the organisation that wrote them.</param>
    /// <param name="practitioners">Bodies of Practitioner by id, with the id of the organisation that wrote them.</param>
    /// <param name="custodian">Whose entries count on every roster.</param>
    public static IReadOnlyList<RosterRow> Compile(
        IEnumerable<(string Source, ReadOnlyMemory<byte> Body)> roles,
        IReadOnlyDictionary<string, (string Source, ReadOnlyMemory<byte> Body)> practitioners,
        string custodian)
    {
        var rows = new HashSet<RosterRow>();
        foreach (var (source, body) in roles)
        {
            using var role = JsonDocument.Parse(body, JsonReading.Options);
            var root = role.RootElement;
            if (root.At("active").ValueKind == JsonValueKind.True
                && root.At("organization").OrganizationId() is { } organization
                && (source == organization || source == custodian)
                && PractitionerOf(root) is { } id
                && practitioners.TryGetValue(id, out var practitioner)
                && (practitioner.Source == organization || practitioner.Source == custodian))
            {
                rows.UnionWith(Rows(organization, id, FhirPeriod.Read(root, "period"), practitioner.Body));
            }
        }

        return [.. rows];
    }

    private static List<RosterRow> Rows(string organization, string id, (long From, long To) role, ReadOnlyMemory<byte> body)
    {
        using var practitioner = JsonDocument.Parse(body, JsonReading.Options);
        var root = practitioner.RootElement;
        if (root.At("active").ValueKind == JsonValueKind.False)
        {
            return [];
        }

        return
        [
            .. from qualification in root.Items("qualification")
               let period = FhirPeriod.Read(qualification, "period")
               let @from = Math.Max(role.From, period.From)
               let to = Math.Min(role.To, period.To)
               where @from < to
               from coding in qualification.All("code.coding")
               let code = CodeOf(coding)
               where code is not null
               select new RosterRow(organization, id, code, @from, to),
        ];
    }

    private static string? PractitionerOf(JsonElement role) =>
        role.At("practitioner").Text("reference") is { } reference && ResourceKey.TryParse(reference) is { Type: "Practitioner" } key
            ? key.Id
            : null;

    private static string? CodeOf(JsonElement coding) =>
        coding.Text("system") is { } system && coding.Text("code") is { } code ? $"{system}|{code}" : null;
}
