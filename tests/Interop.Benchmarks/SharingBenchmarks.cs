using System.Diagnostics;
using System.Text;
using Interop.Fhir;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Agreements;
using Interop.Sharing.Consents;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Benchmarks;

/// <summary>Interop.Sharing on one thread: decisions with everything evaluated, label and redact, judging with all index entries.</summary>
internal static class SharingBenchmarks
{
    private const int Rounds = 5;
    private const long Day = 24 * 3_600_000_000L;
    private const long Now = 20_000 * Day;

    private static readonly byte[] Observation = Encoding.UTF8.GetBytes(
        """
        {"resourceType":"Observation","id":"8c1f6f0e-6a51-4d0c-9d6e-0b5a4be0f0a1","status":"final",
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Score 14</div>"},
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"survey",
        "display":"Survey"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"44261-6","display":"PHQ-9 total score"}],"text":"PHQ-9"},
        "subject":{"reference":"Patient/2b1f0f3e-0d51-4d0c-9d6e-0b5a4be0f0b2","display":"A person"},
        "encounter":{"reference":"Encounter/3b1f0f3e-0d51-4d0c-9d6e-0b5a4be0f0c3"},
        "effectiveDateTime":"2026-10-11T14:30:00Z","issued":"2026-10-11T14:45:00.000Z",
        "performer":[{"reference":"Practitioner/rowan","display":"Rowan"}],
        "valueQuantity":{"value":14,"unit":"score","system":"http://unitsofmeasure.org","code":"{score}"},
        "interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H"}]}],
        "note":[{"text":"Talked about sleep and work."}]}
        """);

    public static void Run(TextWriter output)
    {
        output.WriteLine($"Sharing: one thread, best of {Rounds} rounds");
        Decisions(output);
        Redactions(output);
    }

    private static void Decisions(TextWriter output)
    {
        var organizations = new Dictionary<string, OrganizationFacts>(StringComparer.Ordinal)
        {
            ["hospital"] = new("hospital", true, AgencyType.Hospital, false, true, false),
        };
        var agreement = new Agreement(
            "a", "crisis", "hospital", Tier.Full, Labels.All & ~Labels.NamedOnly, ["TREAT", "COC"], 0, long.MaxValue, null, [], "executed",
            false, []);
        var deny = new ProvisionFacts(false, 0, long.MaxValue, [], false, false, [], true, null, Labels.Hiv, 0, []);
        var permit = new ProvisionFacts(true, 0, long.MaxValue, ["hospital"], true, false, ["TREAT"], true, Tier.Full, Labels.Bh, 0,
            [deny]);
        var consent = new ConsentFacts("c", 1, ConsentState.Active, "crisis", "p", ["crisis"], 1, 1, "u", permit, [], []);
        var other = consent with { Id = "d", Root = permit with { Actors = ["shelter"], Children = [] } };
        var patient = new PatientFacts("p", [consent, other], [new("p", "hospital", 0, long.MaxValue)], new([agreement], organizations));
        var sight = new Sight("hospital", null, ["TREAT"], Now, Tier.None, 0, true, null);
        var resources = new[] { 0, Labels.Psy, Labels.Hiv, Labels.Sud | Labels.Part2 }
            .Select(labels => new ResourceFacts("Condition", "crisis", labels, new(2, 2), false, false)).ToArray();
        const int Count = 400_000;
        var visible = 0;
        var seconds = Best(() =>
        {
            visible = 0;
            for (var index = 0; index < Count; index++)
            {
                visible += Decider.Decide(sight, patient, resources[index & 3]).Visible ? 1 : 0;
            }
        });
        output.WriteLine(
            $"  Decide (2 consents, nested deny, case, ceilings)   {Count / seconds / 1e6,7:F2} M decisions/s, "
                + $"{visible * 100 / Count} % visible");
    }

    private static void Redactions(TextWriter output)
    {
        var extractor = new IndexExtractor(SearchParameterSet.R4);
        var redactor = new Redactor(SharingPolicy.Default, extractor.Extract);
        var source = new SourceFacts("crisis", false, true);
        var key = new ResourceKey("Observation", "8c1f6f0e-6a51-4d0c-9d6e-0b5a4be0f0a1");
        var seen = new SeenResource(key, 1, false, Tier.Intermediate, false, Now, Labels.Mh, Observation);
        var visible = redactor.References(seen).ToHashSet();
        const int Count = 50_000;
        var label = Best(() => Repeat(Count, () => redactor.Label(Observation, source, "Observation")));
        var disclose = Best(() => Repeat(Count, () => redactor.Disclose(seen, visible, "hospital")));
        var judge = Best(
            () => Repeat(Count / 10, () => redactor.Judge(Observation, source, key, Now, long.MaxValue, targets => targets.ToHashSet())));
        output.WriteLine(
            $"  label                                              {label * 1e6 / Count,7:F2} us per resource of "
                + $"{Observation.Length} bytes");
        output.WriteLine($"  redact (view, ETag, meta)                          {disclose * 1e6 / Count,7:F2} us");
        output.WriteLine(
            $"  label + redact                                     {Count / (label + disclose) / 1e3,7:F0} thousand resources/s");
        output.WriteLine($"  judge (labels, views, index entries of each)       {judge * 1e7 / Count,7:F2} us");
    }

    private static void Repeat(int count, Action work)
    {
        for (var index = 0; index < count; index++)
        {
            work();
        }
    }

    private static double Best(Action work)
    {
        work();
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
