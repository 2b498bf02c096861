using Interop.Demo.City.Records;

namespace Interop.Demo.City;

/// <summary>
/// An invented city: seven organisations, their agreements, and a year in the lives of people who meet the crisis programme,
/// with the shares that docs/domain.md gives. The same seed, instant and size give the same bytes on every machine.
/// </summary>
public static class CityGenerator
{
    public const int NamedCount = 3;

    /// <summary>Organisations and agreements first, then the persons' records, the named three before the others.</summary>
    /// <param name="now">The reference instant: nothing but a deadline lies behind it, and all times are in its offset.</param>
    /// <param name="persons">At least three, for the named ones.</param>
    public static IEnumerable<CityBundle> Generate(int seed, DateTimeOffset now, int persons = 300)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, NamedCount);
        var minute = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, now.Offset);
        return
        [
            .. Directory.Bundles(minute),
            .. Agreements.Bundles(minute),
            .. Enumerable.Range(0, persons).SelectMany(number => Person(seed, number, minute)),
        ];
    }

    /// <summary>The three whom tests and the demo ask for by role; they are the same for every instant and size.</summary>
    public static NamedPersons Persons(int seed)
    {
        var persons = Enumerable.Range(0, NamedCount).Select(number => Plan(new Dice(seed, $"person {number}"), number, 2000))
            .Select(plan => new NamedPerson("Patient/" + plan.PatientId, plan.OpenIncident, plan.Given, plan.Family, plan.BirthDate))
            .ToArray();
        return new(persons[0], persons[1], persons[2]);
    }

    private static IEnumerable<CityBundle> Person(int seed, int number, DateTimeOffset now)
    {
        var dice = new Dice(seed, $"person {number}");
        var chart = new Chart(dice, now, Plan(dice, number, now.Year));
        var home = People.Write(chart);
        Health.Write(chart);
        Plans.Write(chart);
        Circumstances.Write(chart, new(seed, $"circumstances {number}"));
        var visits = Encounters.Write(chart, home).ToArray();
        var (facts, calls) = (new Dice(seed, $"facts {number}"), new Dice(seed, $"calls {number}"));
        foreach (var visit in visits)
        {
            Assessments.Write(chart, visit);
            Outcomes.Write(chart, visit, facts);
            Referrals.Write(chart, visit);
            FollowUps.Write(chart, visit);
            FollowUps.WriteThread(chart, visit);
            Origins.Write(chart, visit);
            Calls.Write(chart, visit, calls);
        }

        Referrals.WriteNotSent(chart);
        Consents.Write(chart, visits);
        RecoveryRecords.Write(chart);
        HospitalRecords.Write(chart);
        Reviews.Write(chart);
        return chart.Bundles();
    }

    private static PersonPlan Plan(Dice dice, int number, int year) => PersonPlan.Of(dice, number, year);
}
