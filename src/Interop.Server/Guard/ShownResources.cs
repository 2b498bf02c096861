using System.Text.Json;
using Interop.Sharing.Redaction;

namespace Interop.Server.Guard;

/// <summary>
/// What an answer showed, in the detail of its row: the resources (<c>disclosed</c>), and in <c>about</c> for each person which of them are
/// about her, with the number of the ground (<c>bases</c>) that opened them and whether the reader was party to them.
/// </summary>
internal static class ShownResources
{
    public static void Write(Utf8JsonWriter detail, IReadOnlyList<SeenResource> shown)
    {
        detail.WriteStartArray("disclosed");
        foreach (var seen in shown)
        {
            detail.WriteStringValue($"{seen.Key} v{seen.Version} {seen.Tier}");
        }

        detail.WriteEndArray();
        var groups = shown.SelectMany((seen, number) => seen.Patients.Select(patient => (patient, seen.Basis, seen.Party, number)))
            .GroupBy(item => (item.patient, item.Basis, item.Party), item => item.number)
            .ToList();
        if (groups.Count == 0)
        {
            return;
        }

        var bases = groups.Select(group => group.Key.Basis).Where(basis => basis.Length > 0).Distinct().ToList();
        detail.WriteStartArray("bases");
        foreach (var basis in bases)
        {
            detail.WriteStringValue(basis);
        }

        detail.WriteEndArray();
        detail.WriteStartArray("about");
        foreach (var group in groups)
        {
            detail.WriteStartObject();
            detail.WriteString("patient", group.Key.patient);
            if (group.Key.Basis.Length > 0)
            {
                detail.WriteNumber("basis", bases.IndexOf(group.Key.Basis));
            }

            if (group.Key.Party)
            {
                detail.WriteBoolean("party", true);
            }

            detail.WriteStartArray("entries");
            foreach (var number in group)
            {
                detail.WriteNumberValue(number);
            }

            detail.WriteEndArray();
            detail.WriteEndObject();
        }

        detail.WriteEndArray();
    }

    /// <summary>The same of one resource, which the row's target names.</summary>
    public static void Write(Utf8JsonWriter detail, SeenResource seen)
    {
        detail.WriteNumber("version", seen.Version);
        detail.WriteNumber("tier", (int)seen.Tier);
        detail.WriteBoolean("party", seen.Party);
        if (seen.Basis.Length > 0)
        {
            detail.WriteString("basis", seen.Basis);
        }

        WriteAbout(detail, seen.Patients);
    }

    /// <summary>Whom a row is about, where it is more than one, whom its own column names.</summary>
    public static void WriteAbout(Utf8JsonWriter detail, IReadOnlyList<string> patients)
    {
        if (patients.Count < 2)
        {
            return;
        }

        detail.WriteStartArray("about");
        foreach (var patient in patients)
        {
            detail.WriteStartObject();
            detail.WriteString("patient", patient);
            detail.WriteEndObject();
        }

        detail.WriteEndArray();
    }
}
