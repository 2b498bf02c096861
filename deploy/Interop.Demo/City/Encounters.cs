using Interop.Server.Authoring;

namespace Interop.Demo.City;

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

    private static readonly Code[] Telephone = [new(Codes.Snomed, "185317003", "Telephone encounter")];

    private static readonly Code[] Reasons =
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
        var reference = chart.Add(Codes.CrisisProgram, "Encounter", json =>
        {
            WriteExtensions(json, model, disposition);
            json.Identifier("urn:interop:incident", $"INC-{chart.Plan.Number:D4}-{number:D3}")
                .Text("status", disposition == "32" ? "cancelled" : "finished");
            WriteHistory(json, disposition == "32" ? [("planned", start, end)] : wasMet
                ? [("planned", start, arrived), ("arrived", arrived, arrived.AddMinutes(3)), ("in-progress", arrived.AddMinutes(3), end)]
                : [("planned", start, arrived), ("arrived", arrived, end)]);
            WriteRest(json, chart, home, model, start, end);
        });
        return new(reference, start, end, model, disposition, wasMet);
    }

    private static Visit Open(Chart chart, string home)
    {
        var start = chart.Now.AddMinutes(-chart.Dice.Between(25, 50));
        var reference = chart.Add(Codes.CrisisProgram, "Encounter", json =>
        {
            WriteExtensions(json, "co-response", null);
            json.Identifier("urn:interop:incident", chart.Plan.OpenIncident).Text("status", "in-progress");
            WriteHistory(json, [("planned", start, start.AddMinutes(12)), ("arrived", start.AddMinutes(12), start.AddMinutes(15))]);
            WriteRest(json, chart, home, "co-response", start, null);
        });
        return new(reference, start, null, "co-response", null, true);
    }

    private static DateTimeOffset When(Dice dice, DateTimeOffset now)
    {
        while (true)
        {
            var day = now.AddDays(-dice.Between(2, 365));
            if (dice.Below(110) < Weekdays[(int)day.DayOfWeek])
            {
                var midnight = new DateTimeOffset(day.Year, day.Month, day.Day, 0, 0, 0, now.Offset);
                return midnight.AddHours(dice.Weighted(Hours)).AddMinutes(dice.Below(60));
            }
        }
    }

    private static void WriteExtensions(FhirWriter json, string model, string? disposition)
    {
        List<Action> extensions = [];
        if (model is "co-response" or "police-secondary" or "police")
        {
            extensions.Add(() => json
                .Text("url", Codes.ExtensionUrl("encounter-assigned-agency"))
                .Reference("valueReference", Codes.Organization(Codes.CityPolice)));
        }

        if (disposition is not null)
        {
            extensions.Add(() => json
                .One("extension", part => part
                    .Text("url", "code")
                    .Concept("valueCodeableConcept", new("urn:nena:registry:EIDO-Disposition-Common", disposition)))
                .Text("url", Codes.ExtensionUrl("encounter-disposition")));
        }

        json.Each("extension", extensions, write => write());
    }

    private static void WriteHistory(FhirWriter json, (string Status, DateTimeOffset From, DateTimeOffset To)[] spans) =>
        json.Each("statusHistory", spans, span => json.Text("status", span.Status).Period("period", span.From, span.To));

    private static void WriteRest(FhirWriter json, Chart chart, string home, string model, DateTimeOffset start, DateTimeOffset? end)
    {
        var team = model == "ccd" ? "diverter-1-role" : chart.Dice.Pick(["clinician-1-role", "medic-1-role", "peer-1-role"]);
        Code[] types = [Codes.Own("response-model", model), .. model == "ccd" ? Telephone : []];
        var service = chart.Dice.Weighted([("135", 60), ("541", 36), ("542", 4)]);
        json.Coding("class", new(Codes.ActCode, model == "ccd" ? "VR" : "FLD"))
            .Concepts("type", types)
            .Concept("serviceType", new("http://terminology.hl7.org/CodeSystem/service-type", service))
            .Reference("subject", chart.Patient)
            .One("participant", participant => participant.Reference("individual", "PractitionerRole/" + team))
            .Period("period", start, end)
            .Concepts("reasonCode", chart.Plan.IsNamed ? Reasons[0] : chart.Dice.Pick(Reasons))
            .One("location", location => location.Reference("location", home))
            .Reference("serviceProvider", Codes.Organization(Codes.CrisisProgram));
    }
}
