using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using static Hl7.Fhir.Model.Encounter;

namespace Interop.Demo.City.Records;

/// <summary>A year of crisis encounters: when they come, who answers, how they end.</summary>
internal static class Encounters
{
    /// <summary>Shares per hour of the day: quiet before dawn, full from noon to late evening.</summary>
    private static readonly (int Item, int Weight)[] Hours =
        [.. new[] { 26, 21, 17, 14, 12, 12, 16, 23, 33, 43, 50, 55, 58, 59, 60, 61, 62, 62, 60, 56, 51, 46, 40, 33 }
            .Select((weight, hour) => (hour, weight))];

    /// <summary>Percent of an average day, Sunday first.</summary>
    private static readonly int[] Weekdays = [88, 102, 104, 104, 103, 106, 93];

    private static readonly (string Item, int Weight)[] Models =
        [("crt", 45), ("ccd", 25), ("co-response", 15), ("ems", 7), ("police-secondary", 5), ("police", 3)];

    /// <summary>Shares of the EIDO dispositions in the programme whose messages the CAD tests read.</summary>
    private static readonly (string Item, int Weight)[] Dispositions =
        [("43", 48), ("14", 20), ("16", 13), ("42", 12), ("32", 4), ("03", 1), ("18", 2)];

    /// <summary>A whole year of months, the first one too.</summary>
    private const int MostDays = 400;

    private static readonly Coding Telephone = new(Codes.Snomed, "185317003", "Telephone encounter");

    private static readonly Coding[] Reasons =
    [
        new(Codes.Snomed, "24199005", "Agitated"), new(Codes.Snomed, "6471006", "Suicidal thoughts"),
        new(Codes.Snomed, "32911000", "Homeless"),
        new(Codes.Snomed, "41501003", "Threatening suicide"), new(Codes.Snomed, "25702006", "Alcohol intoxication"),
    ];

    public static IEnumerable<Visit> Write(Chart chart, string home)
    {
        for (var number = 1; number <= chart.Plan.Encounters; number++)
        {
            yield return Finished(chart, home, number);
        }

        if (chart.Plan.HasOpenIncident)
        {
            yield return Open(chart, home);
        }
    }

    private static Visit Finished(Chart chart, string home, int number)
    {
        var dice = chart.Dice;
        var isRecent = number == 1 && chart.Plan.WasMetLately;
        var start = isRecent ? chart.Now.AddMinutes(-dice.Between(4 * 60, 46 * 60)) : When(dice, chart.Now);
        var model = dice.Weighted(Models);

        // A named person was met each time, so that there is something to see or not to see.
        var disposition = chart.Plan.IsNamed || isRecent ? "43" : dice.Weighted(Dispositions);
        var arrived = start.AddMinutes(model == "ccd" ? 1 : dice.Between(6, 45));
        var end = disposition == "32" ? start.AddMinutes(dice.Between(2, 20)) : arrived.AddMinutes(dice.Between(10, 95));
        var wasMet = disposition is not ("14" or "32");
        var reference = chart.Add(Codes.CrisisProgram, () =>
        {
            var encounter = Of(chart, home, model, start, end);
            encounter.Extension = Extensions(model, disposition);
            encounter.Identifier = [new("urn:interop:incident", $"INC-{chart.Plan.Number:D4}-{number:D3}")];
            encounter.Status = disposition == "32" ? EncounterStatus.Cancelled : EncounterStatus.Finished;
            encounter.StatusHistory = disposition == "32" ? [Span(EncounterStatus.Planned, start, end)] : wasMet
                ?
                [
                    Span(EncounterStatus.Planned, start, arrived),
                    Span(EncounterStatus.Arrived, arrived, arrived.AddMinutes(3)),
                    Span(EncounterStatus.InProgress, arrived.AddMinutes(3), end),
                ]
                : [Span(EncounterStatus.Planned, start, arrived), Span(EncounterStatus.Arrived, arrived, end)];
            return encounter;
        });
        return new(reference, start, end, model, disposition, wasMet);
    }

    private static Visit Open(Chart chart, string home)
    {
        var start = chart.Now.AddMinutes(-chart.Dice.Between(25, 50));
        var reference = chart.Add(Codes.CrisisProgram, () =>
        {
            var encounter = Of(chart, home, "co-response", start, null);
            encounter.Extension = Extensions("co-response", null);
            encounter.Identifier = [new("urn:interop:incident", chart.Plan.OpenIncident)];
            encounter.Status = EncounterStatus.InProgress;
            encounter.StatusHistory =
            [
                Span(EncounterStatus.Planned, start, start.AddMinutes(12)),
                Span(EncounterStatus.Arrived, start.AddMinutes(12), start.AddMinutes(15)),
            ];
            return encounter;
        });
        return new(reference, start, null, "co-response", null, true);
    }

    private static DateTimeOffset When(Dice dice, DateTimeOffset now)
    {
        while (true)
        {
            var day = now.AddDays(-dice.Between(2, MostDays));
            if (dice.Below(110) < Weekdays[(int)day.DayOfWeek])
            {
                var midnight = new DateTimeOffset(day.Year, day.Month, day.Day, 0, 0, 0, now.Offset);
                return midnight.AddHours(dice.Weighted(Hours)).AddMinutes(dice.Below(60));
            }
        }
    }

    private static List<Extension> Extensions(string model, string? disposition) =>
    [
        .. model is "co-response" or "police-secondary" or "police"
            ? [new Extension(Codes.ExtensionUrl("encounter-assigned-agency"), Codes.Organization(Codes.CityPolice))]
            : Array.Empty<Extension>(),
        .. disposition is null
            ? Array.Empty<Extension>()
            :
            [
                new()
                {
                    Url = Codes.ExtensionUrl("encounter-disposition"),
                    Extension = [new("code", new CodeableConcept("urn:nena:registry:EIDO-Disposition-Common", disposition))],
                },
            ],
    ];

    private static StatusHistoryComponent Span(EncounterStatus status, DateTimeOffset from, DateTimeOffset to) =>
        new() { Status = status, Period = Elements.Period(from, to) };

    private static Encounter Of(Chart chart, string home, string model, DateTimeOffset start, DateTimeOffset? end)
    {
        var team = model == "ccd" ? "diverter-1-role" : chart.Dice.Pick(["clinician-1-role", "medic-1-role", "peer-1-role"]);
        var service = chart.Dice.Weighted([("135", 60), ("541", 36), ("542", 4)]);
        return new()
        {
            Class = new(Codes.ActCode, model == "ccd" ? "VR" : "FLD"),
            Type = [Codes.Concept("response-model", model), .. model == "ccd" ? [Telephone.ToConcept()] : Array.Empty<CodeableConcept>()],
            ServiceType = new("http://terminology.hl7.org/CodeSystem/service-type", service),
            Subject = chart.Patient,
            Participant = [new() { Individual = new("PractitionerRole/" + team) }],
            Period = Elements.Period(start, end),
            ReasonCode = [(chart.Plan.IsNamed ? Reasons[0] : chart.Dice.Pick(Reasons)).ToConcept()],
            Location = [new() { Location = new(home) }],
            ServiceProvider = Codes.Organization(Codes.CrisisProgram),
        };
    }
}
