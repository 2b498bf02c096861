using System.Globalization;
using Interop.Demo;
using Interop.Server.Tests.References;

namespace Interop.Server.Tests.NonInterference;

/// <summary>
/// Two servers live through the same generated days, and one of them also through what the hospital may not see: hidden persons and
/// records, hidden edits, other grantees of its consents, referrals that were another's before, instruments of other agencies, private
/// places, and references written in another form. Whatever the hospital asks, it gets one answer.
/// </summary>
/// <remarks>
/// <c>INTEROP_PAIRS</c> sets how many requests a seed sends to each server, for a long run; the suite's own is short.
/// </remarks>
public sealed class GeneratedPairsTests
{
    private const string Program = "crisis-program";
    private const int Shown = 4;
    private const int RequestsADay = 25;
    private static readonly int Requests =
        int.Parse(Environment.GetEnvironmentVariable("INTEROP_PAIRS") ?? "250", CultureInfo.InvariantCulture);
    private static readonly DemoCaller Hospital = DemoCaller.All.Single(caller => caller.Name == "hospital");
    private static readonly string[] Limits = ["ClientPerMinute", "UserPerMinute", "LookupsPerMinute"];
    private static readonly string[] Agencies = ["family-services", "city-police", "shelter"];
    private static readonly string[] Codes = ["38341003", "75544000", "44054006"];
    private static readonly string[] Types =
        ["Patient", "Condition", "Encounter", "Consent", "ServiceRequest", "Task", "Location", "Organization", "Observation", "Contract"];

    private static readonly string[] Results =
        [
            "",
            "_total=accurate",
            "_summary=count",
            "_count=2",
            "_sort=-_lastUpdated",
            "_sort=_id",
            "_count=1&_total=accurate",
            "_elements=id"
        ];

    private static readonly string[] Criteria =
    [
        "Patient?family=Family1", "Patient?name:contains=a", "Patient?_has:Condition:patient:code=75544000",
        "Patient?_has:Consent:patient:actor=Organization/shelter",
        "Patient?_has:Task:patient:status=requested", "Patient?_has:Observation:subject:focus:missing=false",
        "Patient?birthdate=1988-02-29&_revinclude=Condition:patient",
        "Patient?_revinclude=Task:patient&_revinclude=Consent:patient",
        "Condition?patient=p1", "Condition?subject:Patient.family=Family2", "Condition?code:not=38341003",
        "Condition?encounter.status=in-progress",
        "Condition?encounter:missing=true", "Condition?_include=Condition:encounter", "Condition?patient.name=secret",
        "Encounter?status=in-progress", "Encounter?location:missing=false", "Encounter?location.name=home",
        "Encounter?_include=Encounter:location&_include=Encounter:subject",
        "Consent?actor=Organization/city-hospital", "Consent?actor=Organization/family-services", "Consent?actor=Organization/shelter",
        "Consent?actor:missing=true",
        "Consent?actor:missing=false", "Consent?actor:Organization.name=shelter", "Consent?_include=Consent:actor",
        "Consent?patient=p2&status=active",
        "ServiceRequest?performer=Organization/city-hospital", "ServiceRequest?performer=Organization/shelter",
        "ServiceRequest?performer:missing=true",
        "ServiceRequest?_revinclude=Task:focus", "Task?owner=Organization/city-hospital", "Task?owner=Organization/shelter",
        "Task?owner.name=family-services",
        "Task?status=requested", "Task?_include=Task:focus&_include=Task:owner", "Organization?_has:Task:owner:status=requested",
        "Organization?name=shelter",
        "Organization?_has:Consent:actor:status=active", "Location?name=home", "Location?_has:Encounter:location:status=in-progress",
        "Observation?focus:Condition.code=75544000", "Observation?patient=p1", "Observation?code:text=mood",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_the_hospital_asks_it_gets_one_answer(int seed)
    {
        await using var pair = await PairedServers.StartAsync([.. Limits.Select(name => $"--Interop:Limits:{name}=1000000000")]);
        var days = new Days(pair, new Random(seed));
        await days.BeginAsync();
        for (var sent = 0; sent < Requests; sent += RequestsADay)
        {
            await days.LiveAsync();
            for (var number = 0; number < RequestsADay; number++)
            {
                await days.AskAsync();
            }
        }
    }

    /// <summary>What happens to the two servers, and what the hospital asks.</summary>
    private sealed class Days(PairedServers pair, Random random)
    {
        private const int Names = 12;
        private int day;

        public Task BeginAsync() => pair.BothAsync(
            Program,
            [
                Fixtures.Organization(Program, "crisis-program"), Fixtures.Organization("city-hospital", "hospital"),
                Fixtures.Agreement("city-hospital"),
                .. Agencies.Select(agency => Fixtures.Organization(agency, "social-services")), Place("street", null),
                .. Enumerable.Range(0, Shown)
                    .SelectMany(number => new[] { Identified($"p{number}"), Fixtures.Encounter($"e{number}", $"p{number}") }),
                Fixtures.Consent("yes", "p1", "city-hospital"), Fixtures.Consent("all", "p2", "city-hospital", tier: "full"),
            ]);

        public async Task LiveAsync()
        {
            day++;
            pair.Advance(TimeSpan.FromSeconds(random.Next(1, 90)));
            switch (random.Next(10))
            {
                case 0:
                    var person = $"hidden{Any(Names)}";
                    await pair.HiddenAsync(
                        Program,
                        Fixtures.Patient(person, "secret"),
                        Fixtures.Consent($"no-{person}", person, "city-hospital", type: "deny", tier: "basic"),
                        Fixtures.Condition($"of-{person}", person, OneOf(Codes)), Fixtures.Encounter($"of-{person}", person));
                    break;
                case 1:
                    await pair.HiddenAsync(Program, Fixtures.Condition($"opioid{Any(Names)}", Person(), "75544000", $"e{Any(Shown)}"));
                    break;
                case 2:
                    // A note is in no tier that the hospital has of p1.
                    var (condition, code) = ($"c{Any(Names)}", OneOf(Codes[0], Codes[2]));
                    await pair.BothAsync(Program, Fixtures.Condition(condition, "p1", code, "e1"));
                    pair.Advance(TimeSpan.FromSeconds(30));
                    await pair.HiddenAsync(
                        Program,
                        Fixtures.Condition(condition, "p1", code, "e1").Replace("only at full", $"day {day}", StringComparison.Ordinal));
                    break;
                case 3:
                    await NamesOthersAsync();
                    break;
                case 4:
                    await WasAnothersAsync();
                    break;
                case 5:
                    await ForeignInstrumentAsync();
                    break;
                case 6:
                    var visit = $"v{Any(Names)}";
                    await pair.HiddenAsync(
                        Program,
                        Fixtures.Patient("hidden0", "secret"),
                        Fixtures.Consent("no-hidden0", "hidden0", "city-hospital", type: "deny", tier: "basic"),
                        Place("home", "hidden0"));
                    await pair.VariantsAsync(Program, Visit(visit, OneOf("home", "nothing")), Visit(visit, OneOf("nowhere", "nothing")));
                    break;
                case 7:
                    await OtherFormAsync();
                    break;
                case 8:
                    await pair.HiddenAsync(
                        Program,
                        $$$"""{"resourceType":"Observation","id":"o{{{Any(Names)}}}","status":"final","code":{"text":"mood"},"subject":"""
                            + $$$"""{"reference":"Patient/{{{Person()}}}"},"focus":["""
                            + $$$"""{"reference":"Condition/opioid{{{Any(Names)}}}"}],"meta":{"security":[{"system":"http:"""
                            + """//terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"V"}]}}""");
                    break;
                default:
                    await pair.BothAsync(Program, Fixtures.Patient("p3", $"Family{Any(3)}"), Fixtures.Consent(
                        "yes", "p1", "city-hospital", tier: OneOf("intermediate", "full", "basic")));
                    await pair.BothAsync(Program, Fixtures.Consent("yes", "p1", "city-hospital"));
                    break;
            }
        }

        /// <summary>The hospital's consent names others as well, or other others.</summary>
        private async Task NamesOthersAsync()
        {
            var id = $"k{Any(Names)}";
            var plain = Fixtures.Consent(id, $"p{Any(Shown - 1)}", "city-hospital");
            await pair.VariantsAsync(Program, Naming(plain, OneOf(Agencies)), plain);
            pair.Advance(TimeSpan.FromSeconds(30));
            await pair.HiddenAsync(Program, Naming(plain, OneOf(Agencies)));
        }

        /// <summary>A referral of p3, of whom the hospital sees little, was another agency's before it became the hospital's.</summary>
        private async Task WasAnothersAsync()
        {
            var (id, before) = ($"{day}", OneOf(Agencies));
            var request = Fixtures.Referral($"r{id}", "p3");
            await pair.HiddenAsync(
                Program,
                request.Replace("Organization/city-hospital", $"Organization/{before}", StringComparison.Ordinal),
                Fixtures.ReferralTask($"t{id}", "p3", $"r{id}", owner: before));
            pair.Advance(TimeSpan.FromSeconds(30));
            await pair.BothAsync(Program, request, Fixtures.ReferralTask($"t{id}", "p3", $"r{id}"));
        }

        /// <summary>An instrument of an agency that keeps no record here, readable or not, permit or deny.</summary>
        private Task ForeignInstrumentAsync()
        {
            var source = OneOf(Agencies);
            var consent = Fixtures.Consent(
                $"foreign{Any(Names)}", Person(), OneOf(Agencies), tier: "full", type: OneOf("permit", "deny"), controller: source);
            return pair.HiddenAsync(
                source,
                random.Next(2) == 0
                    ? consent
                    : consent.Replace(
                        $"\"organization\":[{{\"reference\":\"Organization/{source}\"}}]",
                        "\"organization\":[{\"display\":\"the crisis programme\"}]",
                        StringComparison.Ordinal));
        }

        /// <summary>The same resource, with its references in two forms.</summary>
        private Task OtherFormAsync()
        {
            var (id, person) = ($"f{Any(Names)}", Person());
            var condition = Fixtures.Condition(id, person, Codes[0]);
            var form = OneOf(ReferenceForms.Literal.Where(form => form != "other base").ToArray());
            return pair.VariantsAsync(Program, ReferenceForms.Rewrite(condition, $"Patient/{person}", form), condition);
        }

        public Task AskAsync()
        {
            var kind = OneOf("p", "e", "c", "k", "v", "f", "o", "opioid", "hidden", "of-hidden", "no-hidden", "foreign", "r", "t");
            var id = $"{kind}{random.Next(day + 3)}";
            var type = OneOf(Types);
            return random.Next(9) switch
            {
                6 => pair.SameAsync(Hospital, $"{type}/_history?_count={random.Next(1, 9)}"),
                7 => pair.SameAsync(
                    Hospital, $"Patient/{OneOf(Person(), id)}/{OneOf("Condition", "Encounter", "Task", "*")}?_total=accurate"),
                8 => pair.SameAsync(Hospital, $"Patient/{OneOf(Person(), id)}/$everything?_count={random.Next(1, 9)}"),
                0 => pair.SameAsync(Hospital, $"{type}/{id}"),
                1 => pair.SameAsync(Hospital, $"{type}/{id}/_history"),
                2 => pair.SameAsync(Hospital, $"{type}/{id}/_history/{random.Next(1, 4)}"),
                3 => pair.SameAsync(Hospital, $"{type}?_lastUpdated={OneOf("gt", "lt", "ge")}{Instant()}&{OneOf(Results)}"),
                _ => pair.SameAsync(Hospital, $"{OneOf(Criteria)}&{OneOf(Results)}"),
            };
        }

        private string Instant() =>
            pair.With.Clock.GetUtcNow().AddSeconds(-random.Next(600)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

        private int Any(int count) => random.Next(count);

        private string Person() => $"p{Any(Shown)}";

        private string OneOf(params string[] choices) => choices[random.Next(choices.Length)];

        private static string Identified(string id) => Fixtures.Patient(id, $"Family{id[1..]}").Replace(
            "\"active\"",
            $"\"identifier\":[{ReferenceForms.Identifier("Patient", id).ToJsonString()}],\"active\"",
            StringComparison.Ordinal);

        private static string Naming(string consent, string agency) => consent.Replace(
            "\"actor\":[",
            $$$"""
            "actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},
            "reference":{"reference":"Organization/{{{agency}}}"} },
            """,
            StringComparison.Ordinal);

        private static string Visit(string id, string place) =>
            $$$"""{"resourceType":"Encounter","id":"{{{id}}}","status":"finished","class":{"code":"FLD"},"subject":"""
                + """{"reference":"Patient/p2"},"location":[{"location":{"reference":"Location/street"}},"""
                + $$$"""{"location":{"reference":"Location/{{{place}}}"} }]}""";

        /// <param name="of">Whose private place it is, or null for a public one.</param>
        private static string Place(string id, string? of)
        {
            var subject = of is null ? "" : $$"""
                "extension":[{"url":"https://interop.example/fhir/StructureDefinition/location-subject",
                "valueReference":{"reference":"Patient/{{of}}"} }],
                """;
            return $$"""{"resourceType":"Location","id":"{{id}}",{{subject}}"name":"{{id}}"}""";
        }
    }
}
