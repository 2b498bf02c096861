using System.Diagnostics;
using System.Text;
using Interop.Fhir.Json;
using Interop.Fhir.Patch;
using Interop.Fhir.Validation;
using Interop.Fhir.Views;
using Xunit;

namespace Interop.Fhir.Tests.Patch;

/// <summary>Mutated patches over mutated resources for a bounded time: an answer or issues, never another exception.</summary>
public sealed class PatchFuzzTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    private static readonly string[] Patches =
    [
        """[{"op":"add","path":"/name/0/given/-","value":{"a":[1,2.50]}},{"op":"move","from":"/name/0","path":"/name/1"},"""
            + """{"op":"test","path":"/id","value":"x"},{"op":"copy","from":"","path":"/a~1b"}]""",
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"insert"},"""
            + """{"name":"path","valueString":"Patient.name.given"},{"name":"index","valueInteger":1},"""
            + """{"name":"value","valueString":"x"}]},{"name":"operation","part":[{"name":"type","valueCode":"move"},"""
            + """{"name":"path","valueString":"Patient.name"},{"name":"source","valueInteger":1},"""
            + """{"name":"destination","valueInteger":0}]}]}""",
        """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},"""
            + """{"name":"path","valueString":"Patient.birthDate"}]},{"name":"operation","part":[{"name":"type","valueCode":"add"},"""
            + """{"name":"path","valueString":"Patient"},{"name":"name","valueString":"contact"},"""
            + """{"name":"value","part":[{"name":"name","valueHumanName":{"text":"x"}}]}]}]}""",
    ];

    private const string Resource = """
        {"resourceType":"Patient","id":"x","name":[{"given":["A","B"],"_given":[null,{"id":"g"}]},{"family":"F"}],"birthDate":"1970-01-01",
        "_birthDate":{"id":"b"},"contained":[{"resourceType":"Basic","id":"c","code":{"text":"t"}}]}
        """;

    [Fact]
    public void Nothing_throws()
    {
        var random = new Random(20261122);
        var watch = Stopwatch.StartNew();
        for (var round = 0; watch.Elapsed < Time; round++)
        {
            var patch = Mutated(Patches[round % Patches.Length], random);
            var resource = Mutated(Resource, random, round % 4 == 0 ? 3 : 0);
            if (JsonPatch.Parse(patch, out var issues) is { } json)
            {
                Check(json.Apply(resource, out issues), issues);
            }

            if (FhirPathPatch.Parse(patch, out issues) is { } path)
            {
                Check(path.Apply(resource, out issues), issues);
            }

            if (ResourceValidator.Validate(resource).All(issue => issue.Severity > IssueSeverity.Error))
            {
                Assert.NotNull(ResourceJson.ReadHeader(ResourceViews.Summary(resource, SummaryMode.True)));
                Assert.NotNull(ResourceJson.ReadHeader(ResourceViews.Elements(resource, ["name", "birthDate"])));
            }
        }
    }

    private static void Check(byte[]? result, IReadOnlyList<Issue> issues)
    {
        Assert.Equal(result is null, issues.Count > 0);
        if (result is not null)
        {
            ResourceValidator.Validate(result);
        }
    }

    private static byte[] Mutated(string text, Random random, int changes = 2)
    {
        var bytes = Encoding.UTF8.GetBytes(text).ToList();
        for (var i = random.Next(changes + 1); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), bytes.Count / 4));
                    break;
                default:
                    bytes.Insert(at, (byte)"{}[]\",:0-~/\\_"[random.Next(13)]);
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add((byte)'{');
            }
        }

        return [.. bytes];
    }
}
