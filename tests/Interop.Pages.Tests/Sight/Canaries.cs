namespace Interop.Pages.Tests.Sight;

/// <summary>
/// Texts of our own in a demo's city, each in one record alone, so that no other person's record can excuse it: under labels and in persons
/// that some may see and others not.
/// </summary>
internal static class Canaries
{
    public static string Text(string what) => $"Canary text of a {what}";

    /// <summary>Stores them, and reads all texts of the city.</summary>
    public static async Task<CityTexts> StoreAsync(DemoCity demo)
    {
        using var privacy = demo.As("privacy");
        using var navigator = demo.As("navigator");
        var persons = demo.File.GetProperty("persons");
        var (nobodys, shared) = (persons.GetProperty("noConsent").GetString()!, persons.GetProperty("intermediateConsent").GetString()!);
        await DemoCity.CreatedAsync(privacy, "Flag", Flag(nobodys, "voices", "PSYTHPN"));
        foreach (var person in (string[])[nobodys, shared])
        {
            await DemoCity.CreatedAsync(navigator, "Flag", Flag(person, person == nobodys ? "flag" : "shared flag", null));
            await DemoCity.CreatedAsync(navigator, "Flag", Flag(person, person == nobodys ? "mind" : "shared mind", "PSY"));
        }

        await DemoCity.CreatedAsync(navigator, "Encounter", Encounter(nobodys, "in-progress", "kind", "reason"));
        await DemoCity.CreatedAsync(navigator, "Encounter", Encounter(nobodys, "finished", "ended kind", "ended reason"));
        await DemoCity.CreatedAsync(navigator, "Condition", $$"""
            {"resourceType":"Condition","subject":{"reference":"{{shared}}"},"code":{"text":"{{Text("diagnosis")}}"},
            "note":[{"text":"{{Text("note about a diagnosis")}}"}]}
            """);
        using var bundle = new StringContent(Referral(shared), System.Text.Encoding.UTF8, "application/fhir+json");
        using var referred = await navigator.PostAsync(new Uri(string.Empty, UriKind.Relative), bundle);
        Assert.True(referred.IsSuccessStatusCode, await referred.Content.ReadAsStringAsync());
        await using var tables = await demo.OpenTablesAsync();
        var texts = await CityTexts.ReadAsync(tables);
        Assert.InRange(texts.Count, 1_000, 1_000_000);
        return texts;
    }

    private static string Flag(string person, string what, string? label)
    {
        var security = label is null ? string.Empty
            : $$""","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{label}}"}]}""";
        return $$"""
            {"resourceType":"Flag","status":"active","code":{"text":"{{Text(what)}}"},"subject":{"reference":"{{person}}"}{{security}} }
            """;
    }

    private static string Encounter(string person, string status, string kind, string reason)
    {
        var end = status == "finished" ? $",\"end\":\"{DateTime.UtcNow:o}\"" : string.Empty;
        return $$"""
            {"resourceType":"Encounter","status":"{{status}}",
            "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"FLD"},"type":[{"text":"{{Text(kind)}}"}],
            "subject":{"reference":"{{person}}"},"serviceProvider":{"reference":"Organization/crisis-program"},
            "period":{"start":"{{DateTime.UtcNow.AddHours(-1):o}}"{{end}} },"reasonCode":[{"text":"{{Text(reason)}}"}]}
            """;
    }

    private static string Referral(string person) => $$"""
        {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c31",
        "resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","priority":"urgent",
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"183524004"}],"text":"{{Text("referral")}}"},
        "subject":{"reference":"{{person}}"},"requester":{"reference":"Organization/crisis-program"},
        "performer":[{"reference":"Organization/city-hospital"}],"reasonCode":[{"text":"{{Text("reason to refer")}}"}],
        "note":[{"text":"{{Text("note for the house")}}"}]},"request":{"method":"POST","url":"ServiceRequest"} },
        {"resource":{"resourceType":"Task","status":"requested","intent":"order",
        "code":{"coding":[{"system":"https://interop.example/fhir/CodeSystem/crisis-task","code":"fulfill-referral"}]},
        "description":"{{Text("wish")}}","note":[{"text":"{{Text("note of the task")}}"}],
        "focus":{"reference":"urn:uuid:6a3f0d53-9a3e-4bb8-8f0a-5a3c9d1d7c31"},"for":{"reference":"{{person}}"},
        "requester":{"reference":"Organization/crisis-program"},"owner":{"reference":"Organization/city-hospital"},
        "authoredOn":"{{DateTime.UtcNow:o}}"},"request":{"method":"POST","url":"Task"} }]}
        """;
}
