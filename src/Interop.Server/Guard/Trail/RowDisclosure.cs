using System.Text;
using System.Text.Json;
using Interop.Server.Http;
using Interop.Sharing.Policy;
using Interop.Storage.Audit;

namespace Interop.Server.Guard.Trail;

/// <summary>
/// What a row of the trail says was shown: the resources, and of one person what of them is about her. AuditEvents and accountings are both
/// made of it.
/// </summary>
/// <param name="Resources">Type/id and tier, each once.</param>
/// <param name="Bases">What the grants rested on that opened them: see <c>GrantRow.Basis</c>.</param>
/// <param name="IsParty">Whether the reader was party to some of it.</param>
internal sealed record RowDisclosure(IReadOnlyList<(string Key, Tier Tier)> Resources, IReadOnlyList<string> Bases, bool IsParty)
{
    private static readonly RowDisclosure None = new([], [], false);

    /// <summary>All that the row showed.</summary>
    public static RowDisclosure Of(AuditRow row) => Read(row, null);

    /// <summary>What the row showed of a patient's.</summary>
    public static RowDisclosure About(AuditRow row, string patient) => row.Patients.Contains(patient) ? Read(row, patient) : None;

    /// <summary>Without what the reader keeps himself: that was no disclosure.</summary>
    public RowDisclosure ToOthers() => this with { Resources = [.. Resources.Where(resource => resource.Tier < Tier.Own)] };

    /// <summary>As the detail of a row that is about this patient alone.</summary>
    public string Write(string patient) => Encoding.UTF8.GetString(FhirJson.Write(detail =>
    {
        detail.WriteStartObject();
        detail.WriteStartArray("disclosed");
        foreach (var (key, tier) in Resources)
        {
            detail.WriteStringValue($"{key} v0 {tier}");
        }

        detail.WriteEndArray();
        detail.WriteStartArray("bases");
        foreach (var basis in Bases)
        {
            detail.WriteStringValue(basis);
        }

        detail.WriteEndArray();
        detail.WriteStartArray("about");
        for (var basis = 0; basis < Math.Max(Bases.Count, 1); basis++)
        {
            detail.WriteStartObject();
            detail.WriteString("patient", patient);
            if (basis < Bases.Count)
            {
                detail.WriteNumber("basis", basis);
            }

            detail.WriteStartArray("entries");
            detail.WriteEndArray();
            detail.WriteEndObject();
        }

        detail.WriteEndArray();
        detail.WriteEndObject();
    }));

    private static RowDisclosure Read(AuditRow row, string? patient)
    {
        if (row.Outcome != "permit")
        {
            return None;
        }

        using var document = JsonDocument.Parse(row.Detail);
        var detail = document.RootElement;
        if (detail.TryGetProperty("disclosed", out var list))
        {
            return Read(detail, [.. list.EnumerateArray().Select(Resource)], patient);
        }

        string[] basis = detail.TryGetProperty("basis", out var one) && one.GetString() is { Length: > 0 } text ? [text] : [];
        if (detail.TryGetProperty("shared", out var shared))
        {
            return new([.. shared.GetString()!.Split(", ").Select(type => (type, Tier.Basic))], basis, false);
        }

        return row.Target is { } target && detail.TryGetProperty("tier", out var tier)
            ? new([(target, (Tier)tier.GetInt32())], basis, detail.TryGetProperty("party", out var party) && party.GetBoolean())
            : None;
    }

    private static RowDisclosure Read(JsonElement detail, List<(string Key, Tier Tier)> all, string? patient)
    {
        List<string> bases = detail.TryGetProperty("bases", out var texts)
            ? [.. texts.EnumerateArray().Select(text => text.GetString()!)]
            : [];
        var groups = detail.TryGetProperty("about", out var about) ? about.EnumerateArray().ToList() : [];
        var wanted = groups.Where(group => patient is null || group.GetProperty("patient").ValueEquals(patient)).ToList();
        var shown = patient is null
            ? all
            : wanted.SelectMany(group => group.GetProperty("entries").EnumerateArray()).Select(entry => entry.GetInt32()).Distinct()
                .Order().Select(entry => all[entry]).ToList();
        return new(
            shown,
            [
                .. wanted.Where(group => group.TryGetProperty("basis", out _))
                    .Select(group => bases[group.GetProperty("basis").GetInt32()])
                    .Distinct(),
            ],
            wanted.Any(group => group.TryGetProperty("party", out _)));
    }

    /// <summary>As <see cref="ShownResources"/> writes it.</summary>
    private static (string Key, Tier Tier) Resource(JsonElement text) => text.GetString()!.Split(' ') is [var key, _, var tier]
        ? (key, Enum.Parse<Tier>(tier))
        : throw new InvalidOperationException("A row of the trail names what it showed in a form that is not known.");
}
