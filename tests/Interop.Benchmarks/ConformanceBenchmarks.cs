using System.Diagnostics;
using System.Text;
using Interop.Fhir.Patch;
using Interop.Fhir.Validation;
using Interop.Fhir.Views;
using Interop.Server.Settings;

namespace Interop.Benchmarks;

/// <summary>
/// Views, patches, profiles and terminology of Interop.Fhir over one sharing agreement, one thread: microseconds per call.
/// </summary>
internal static class ConformanceBenchmarks
{
    private const int Rounds = 5;
    private const int Calls = 5_000;

    public static void Run(TextWriter output)
    {
        var contract = Encoding.UTF8.GetBytes(Contract());
        var (terminology, profiles) = (CrisisProfiles.Terminology, CrisisProfiles.Profiles);
        var replace = JsonPatch.Parse("""[{"op":"replace","path":"/status","value":"terminated"}]"""u8.ToArray(), out _)!;
        var add = FhirPathPatch.Parse(Encoding.UTF8.GetBytes(FhirPathOperation), out _)!;
        var valueSet = $"{CrisisProfiles.Base}/ValueSet/agreement-term";
        output.WriteLine($"Conformance: a Contract of {contract.Length} bytes, {Calls} calls, best of {Rounds} rounds");
        Line(output, "structure and bindings", () => ResourceValidator.Validate(contract, ValidationOptions.StructureOnly));
        Line(output, "and invariants", () => ResourceValidator.Validate(contract));
        Line(output, "and its profile", () => profiles.Validate(contract));
        Line(output, "_summary=true", () => ResourceViews.Summary(contract, SummaryMode.True));
        Line(output, "_elements=status", () => ResourceViews.Elements(contract, ["status"]));
        Line(output, "JSON Patch, replace", () => replace.Apply(contract, out _));
        Line(output, "FHIRPath Patch, add", () => add.Apply(contract, out _));
        Line(output, "code in value set", () =>
            terminology.Contains(valueSet, $"{CrisisProfiles.Base}/CodeSystem/agreement-term", "metrics"));
        Line(output, "expansion of 5 codes", () => terminology.Expand(valueSet, DateTimeOffset.UnixEpoch));
    }

    private const string FhirPathOperation = """
        {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},
         {"name":"path","valueString":"Contract.term[0].offer"},{"name":"name","valueString":"linkId"},{"name":"value",
         "valueString":"x"}]}]}
        """;

    private static string Contract()
    {
        using var stream = typeof(ConformanceBenchmarks).Assembly.GetManifestResourceStream("contract.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Line(TextWriter output, string name, Func<object?> work)
    {
        var (best, bytes) = (double.MaxValue, 0L);
        for (var round = 0; round <= Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                work();
            }

            // Round 0 warms up.
            best = round == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Calls);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        }

        output.WriteLine($"  {name,-24} {best,8:F1} us, {bytes} bytes allocated");
    }
}
