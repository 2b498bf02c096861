using Interop.Fhir;
using Interop.Server.Guard;
using Interop.Server.Outcomes;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Measures;

/// <summary>Some persons, and by what their records say into which groups they are put.</summary>
internal sealed class CountedPeople
{
    private static readonly string[] Codes = [Strata.OrientationCode, Strata.HousingCode];

    private readonly Dictionary<string, CountedResource> people;
    private readonly ILookup<(string Person, string Code), Said> said;
    private readonly Strata strata;
    private readonly InteropSettings settings;

    /// <param name="persons">Ids of Patients.</param>
    public CountedPeople(CountedRecord record, IEnumerable<string> persons, Strata strata, InteropSettings settings)
    {
        (this.strata, this.settings) = (strata, settings);
        people = record.ById("Patient", persons, "extension", "birthDate", "communication", "address").ToDictionary(person => person.Id);
        said = record
            .Coded(
                "Observation", "subject", "Patient", people.Keys, "date", Codes,
                "code", "status", "valueCodeableConcept", "effectiveDateTime")
            .DistinctBy(row => row.Id)
            .Select(row => row.Read(root => new Said(
                row.Id,
                row.Target,
                root.Code("code", "http://loinc.org"),
                SaidFact.Standing.Contains(root.Text("status"))
                    ? root.All("valueCodeableConcept.coding").FirstOrDefault().Text("code")
                    : null,
                row.Low ?? long.MinValue,
                DayOf(root.Text("effectiveDateTime"), row.Low))))
            .Where(one => one is { Code: not null, Value: not null })
            .ToLookup(one => (one.Person, one.Code!));
    }

    /// <summary>The groups of a person, in the order of the kinds.</summary>
    /// <param name="instant">When what is counted was, UTC microseconds.</param>
    /// <param name="model">By whom it was answered; null where that is not known.</param>
    public IReadOnlyList<string> GroupsOf(string person, long instant, string? model)
    {
        var day = settings.DayAt(instant);
        return people.TryGetValue(person, out var known)
            ? known.Read(root => strata.Of(root, Orientation(person)?.Value, Housing(person, day)?.Value, day, model))
            : strata.Of(default, null, null, day, model);
    }

    /// <summary>What says so.</summary>
    public IEnumerable<ResourceKey> EvidenceOf(string person, long instant)
    {
        if (!people.ContainsKey(person))
        {
            yield break;
        }

        yield return new("Patient", person);
        foreach (var one in new[] { Orientation(person), Housing(person, settings.DayAt(instant)) }.OfType<Said>())
        {
            yield return new("Observation", one.Id);
        }
    }

    /// <summary>What was said last, as of what is written about a person: it is no matter of a day.</summary>
    private Said? Orientation(string person) => Last(said[(person, Strata.OrientationCode)]);

    /// <summary>What was so on the day: who has found a home since had none then.</summary>
    private Said? Housing(string person, DateOnly day) => Last(said[(person, Strata.HousingCode)].Where(one => one.Day <= day));

    private static Said? Last(IEnumerable<Said> all) =>
        all.OrderBy(one => one.Since).ThenBy(one => one.Id, StringComparer.Ordinal).LastOrDefault();

    /// <summary>A day that is written as one is that day, in whatever zone the site is.</summary>
    private DateOnly DayOf(string? text, long? low) => low is not { } instant ? DateOnly.MinValue
        : text is { Length: <= 10 } ? DateOnly.FromDateTime(Instants.ToDateTimeOffset(instant).UtcDateTime)
        : settings.DayAt(instant);

    /// <summary>An answer about a person.</summary>
    /// <param name="Since">When it was so, UTC microseconds.</param>
    /// <param name="Day">The same as a day.</param>
    private sealed record Said(string Id, string Person, string? Code, string? Value, long Since, DateOnly Day);
}
