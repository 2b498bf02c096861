using Interop.Server.Authoring;

namespace Interop.Demo.City;

/// <summary>One person's record while it is being written: who keeps what, and the chance that decides.</summary>
internal sealed class Chart(Dice dice, DateTimeOffset now, PersonPlan plan)
{
    private readonly Dictionary<string, List<CityResource>> bySource = [];

    public Dice Dice { get; } = dice;

    public DateTimeOffset Now { get; } = now;

    public PersonPlan Plan { get; } = plan;

    public string Patient => "Patient/" + Plan.PatientId;

    /// <summary>Adds a resource with a new id to what the organisation keeps, and returns its reference.</summary>
    public string Add(string source, string type, Action<FhirWriter> body) => Add(source, type, Dice.Uuid(), body);

    public string Add(string source, string type, string id, Action<FhirWriter> body)
    {
        if (!bySource.TryGetValue(source, out var resources))
        {
            bySource[source] = resources = [];
        }

        resources.Add(new(type, id, FhirWriter.Resource(type, id, body)));
        return $"{type}/{id}";
    }

    /// <summary>The programme's part first: the others point at its Patient.</summary>
    public IEnumerable<CityBundle> Bundles() =>
        bySource.OrderBy(pair => pair.Key != Codes.CrisisProgram)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new CityBundle(pair.Key, pair.Value));
}
