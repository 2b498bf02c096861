using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;

namespace Interop.Pages.Pages.Oversight;

/// <summary>What agencies and their people are called, as the directory says to the reader.</summary>
internal static class Directory
{
    /// <param name="people">Among them references to Practitioners; all agencies come by themselves.</param>
    /// <returns>Names by reference.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> NamesAsync(FhirApi api, IEnumerable<string> people)
    {
        var names = (await api.FindAsync<Organization>("Organization?_count=100"))
            .ToDictionary(house => $"Organization/{house.Id}", house => house.Name ?? house.Id!);
        var ids = people.Where(one => one.StartsWith("Practitioner/", StringComparison.Ordinal))
            .Select(one => one.Split('/')[1]).Distinct().ToList();
        if (ids.Count > 0)
        {
            foreach (var one in await api.FindAsync<Practitioner>($"Practitioner?_id={string.Join(',', ids)}&_count=100"))
            {
                names[$"Practitioner/{one.Id}"] = People.NameOf(one.Name) ?? one.Id!;
            }
        }

        return names;
    }
}
