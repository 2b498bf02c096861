using Interop.Pages.Looks;

namespace Interop.Pages.Pages.Entry;

/// <summary>The person's own places, and how much waits in each.</summary>
public sealed class HomeModel : AppPage
{
    /// <summary>As far as <c>_total=estimate</c> counts.</summary>
    private const int Most = 500;

    public IReadOnlyList<(Place Place, string? Count)> Places { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var places = new List<(Place, string?)>();
        foreach (var place in Place.Of(User, Site).Skip(1))
        {
            places.Add((place, place.Count is { } query ? Said(await Api.EstimateAsync(query)) : null));
        }

        Places = places;
    }

    private static string Said(int count) => count < Most ? $"{count}" : $"{Most}+";
}
