using Interop.Pages.Looks;

namespace Interop.Pages.Pages.Entry;

/// <summary>The person's own places, and how much waits in each.</summary>
public sealed class HomeModel : AppPage
{
    public IReadOnlyList<(Place Place, int? Count)> Places { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var places = new List<(Place, int?)>();
        foreach (var place in Place.Of(User, Site).Skip(1))
        {
            places.Add((place, place.Count is { } query ? await Api.CountAsync(query) : null));
        }

        Places = places;
    }
}
