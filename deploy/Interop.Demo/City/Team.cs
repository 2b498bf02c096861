using System.Globalization;
using Hl7.Fhir.Model;

namespace Interop.Demo.City;

/// <summary>The rest of the programme's team, so that its trainings can be counted: who came when, learnt what, and left.</summary>
internal static class Team
{
    private const int Size = 28;
    private static readonly string[] Works = ["Clinician", "Emergency medical technician", "Peer specialist"];
    private const int DaysBetweenRefreshers = 80;

    public static IEnumerable<Resource> Of(DateTimeOffset now)
    {
        for (var number = 1; number <= Size; number++)
        {
            // Half were there from the start, the others came over the year; every ninth has left.
            var start = number % 2 == 0 ? now.AddDays(-700) : now.AddDays(-30 - (number * 11));
            DateTimeOffset? end = number % 9 == 0 ? now.AddDays(-20 - (number * 5)) : null;
            var id = string.Create(CultureInfo.InvariantCulture, $"team-{number}");
            yield return new Practitioner
            {
                Id = id,
                Identifier = [new("urn:interop:staff", id)],
                Active = true,
                Name =
                [
                    new()
                    {
                        Family = Names.Family[number % Names.Family.Length], Given = [Names.Given[(number * 7) % Names.Given.Length]],
                    },
                ],
                Qualification = [.. Trainings(number, start, end ?? now)],
            };
            yield return new PractitionerRole
            {
                Id = id + "-role",
                Active = end is null,
                Period = new() { Start = Day(start), End = end is { } left ? Day(left) : null },
                Practitioner = new("Practitioner/" + id),
                Organization = Codes.Organization(Codes.CrisisProgram),
                Code = [new() { Text = Works[number % Works.Length] }],
            };
        }
    }

    /// <summary>Of a few nobody wrote anything down; a few have not finished.</summary>
    private static IEnumerable<Practitioner.QualificationComponent> Trainings(int number, DateTimeOffset start, DateTimeOffset end)
    {
        if (number % 10 == 7)
        {
            yield break;
        }

        yield return Training("joint-training", start.AddDays(7), number % 6 == 5 ? 24 : 40, number % 6 == 5 ? 12 : 20);
        for (var day = start.AddDays(7 + DaysBetweenRefreshers + number); day < end; day = day.AddDays(DaysBetweenRefreshers))
        {
            yield return Training("refresher", day, 4, 2);
        }
    }

    private static Practitioner.QualificationComponent Training(string code, DateTimeOffset day, decimal hours, decimal handsOn) => new()
    {
        Extension =
        [
            new()
            {
                Url = Codes.ExtensionUrl("training-hours"),
                Extension = [new("hours", new FhirDecimal(hours)), new("handsOn", new FhirDecimal(handsOn))],
            },
        ],
        Code = Codes.Concept("crisis-training", code),
        Period = new() { Start = Day(day) },
    };

    private static string Day(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
