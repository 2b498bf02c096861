using Hl7.Fhir.Model;

namespace Interop.Demo.City;

/// <summary>One person's record while it is being written: who keeps what, and the chance that decides.</summary>
internal sealed class Chart(Dice dice, DateTimeOffset now, PersonPlan plan)
{
    private readonly Dictionary<string, List<CityResource>> bySource = [];

    public Dice Dice { get; } = dice;

    public DateTimeOffset Now { get; } = now;

    public PersonPlan Plan { get; } = plan;

    public ResourceReference Patient => new("Patient/" + Plan.PatientId);

    /// <summary>Adds a resource with a new id to what the organisation keeps, and returns its reference.</summary>
    /// <param name="make">Called when the id is there: chance decides in a fixed order.</param>
    public string Add(string source, Func<Resource> make) => Add(source, Dice.Uuid(), make);

    public string Add(string source, string id, Func<Resource> make)
    {
        if (!bySource.TryGetValue(source, out var resources))
        {
            bySource[source] = resources = [];
        }

        var resource = make();
        resource.Id = id;
        resources.Add(CityResource.Of(resource));
        return $"{resource.TypeName}/{id}";
    }

    /// <summary>The programme's part first: the others point at its Patient.</summary>
    public IEnumerable<CityBundle> Bundles() =>
        bySource.OrderBy(pair => pair.Key != Codes.CrisisProgram)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new CityBundle(pair.Key, pair.Value));
}
