using System.Diagnostics;
using System.Text.Json;
using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Interop.Fhir.Validation;

namespace Interop.Benchmarks;

/// <summary>
/// Interop.Fhir over all official examples, one thread: validation as a ratio to <c>JsonDocument.Parse</c> of the same bytes, extraction
/// per resource, and what each allocates. The examples are where the tests look for them.
/// </summary>
internal static class FhirBenchmarks
{
    private const int Rounds = 5;

    public static void Run(TextWriter output)
    {
        if (Folder() is not { } folder)
        {
            output.WriteLine(
                "FHIR: the official R4 examples are absent (artifacts/r4-examples/package or INTEROP_R4_EXAMPLES); nothing measured.");
            return;
        }

        var resources = Directory.EnumerateFiles(folder, "*.json")
            .Where(file => Path.GetFileName(file) != "package.json")
            .Select(File.ReadAllBytes)
            .ToList();
        var megabytes = resources.Sum(resource => (long)resource.Length) / 1e6;
        var extractor = new IndexExtractor(SearchParameterSet.R4);
        output.WriteLine($"FHIR: {resources.Count} official examples, {megabytes:F0} MB, one thread, best of {Rounds} rounds");

        var options = new JsonDocumentOptions { MaxDepth = 256 };
        var parse = Best(resources, resource => JsonDocument.Parse(resource, options).Dispose());
        var validate = Best(resources, resource => ResourceValidator.Validate(resource, ValidationOptions.StructureOnly));
        var invariants = Best(resources, resource => ResourceValidator.Validate(resource, ValidationOptions.Default));
        var thorough = Best(resources, resource => ResourceValidator.Validate(resource, ValidationOptions.Thorough));
        var identity = Best(resources, resource => ResourceJson.WithIdentity(resource, null, "2", DateTimeOffset.UnixEpoch));
        output.WriteLine($"  JsonDocument.Parse     {megabytes / parse.Seconds,7:F0} MB/s");
        foreach (var (name, result) in new[]
        {
            ("structure, bindings", validate), ("and invariants", invariants), ("and warnings", thorough)
        })
        {
            output.WriteLine($"  {name,-22} {megabytes / result.Seconds,7:F0} MB/s  = {parse.Seconds / result.Seconds:F2} of JsonDocument, "
                + $"{result.Bytes / resources.Count} bytes allocated per resource");
        }

        output.WriteLine($"  WithIdentity           {megabytes / identity.Seconds,7:F0} MB/s  (the copy included)");

        var extract = Best(resources, resource => extractor.Extract(resource));
        var times = MedianTimes(resources, resource => extractor.Extract(resource));
        output.WriteLine(
            $"  IndexExtractor         {times[times.Length / 2],7:F1} us median, {times[times.Length * 9 / 10]:F1} us at 90 %, "
                + $"{extract.Seconds * 1e6 / resources.Count:F1} us mean, {extract.Bytes / resources.Count} bytes allocated per resource");
        foreach (var (path, file) in new[] { ("Patient.name.family", "Patient-example.json"), (
            "Observation.code.coding.code", "Observation-example.json"),
            ("Patient.telecom.where(system = 'phone').value", "Patient-example.json") })
        {
            Evaluate(output, path, File.ReadAllBytes(Path.Combine(folder, file)));
        }
    }

    /// <summary>One expression over a resource that was read before, into a list that the caller keeps.</summary>
    private static void Evaluate(TextWriter output, string text, byte[] utf8)
    {
        const int Count = 100_000;
        var expression = FhirPathExpression.Compile(text);
        using var resource = FhirPathResource.Read(utf8);
        var (best, bytes) = (double.MaxValue, 0L);
        for (var round = 0; round <= Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Count; i++)
            {
                resource.Count(expression);
            }

            best = round == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Count);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        }

        output.WriteLine($"  {text,-48} {best,6:F0} ns, {bytes} bytes allocated per evaluation");
    }

    private static (double Seconds, long Bytes) Best(List<byte[]> resources, Action<byte[]> work)
    {
        var best = double.MaxValue;
        var bytes = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var resource in resources)
            {
                work(resource);
            }

            // Round 0 warms up.
            best = round == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (best, bytes);
    }

    /// <summary>Microseconds per resource, each the best of the rounds, in ascending order.</summary>
    private static double[] MedianTimes(List<byte[]> resources, Action<byte[]> work)
    {
        var times = resources.Select(resource => Enumerable.Range(0, Rounds).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            work(resource);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }));
        return [.. times.Order()];
    }

    private static string? Folder()
    {
        var named = Environment.GetEnvironmentVariable("INTEROP_R4_EXAMPLES");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var package = Path.Combine(folder.FullName, "artifacts", "r4-examples", "package");
            if (Directory.Exists(package))
            {
                return package;
            }
        }

        return null;
    }
}
