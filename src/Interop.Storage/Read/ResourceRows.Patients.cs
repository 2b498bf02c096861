using Interop.Fhir;
using Interop.Storage.Search;

namespace Interop.Storage.Read;

/// <summary>Whom resources are about.</summary>
public sealed partial class ResourceRows
{
    /// <summary>Ids of the Patients that a resource is about, in order; none where there are none or it is not stored.</summary>
    public IReadOnlyList<string> PatientsOf(ResourceKey key) => Statements.First(
        $"SELECT {Visibility.Patients(Sql.Name("r"))} FROM resource r WHERE r.type = {key.Type} AND r.id = {key.Id}",
        reader => Ids(reader.Text(0))) ?? [];

    // Nearly always it is one, which needs no taking apart.
    private static string[] Ids(string? joined) => joined switch
    {
        null => [],
        _ when joined.Contains(' ', StringComparison.Ordinal) => [.. joined.Split(' ').Order(StringComparer.Ordinal)],
        _ => [joined],
    };
}
