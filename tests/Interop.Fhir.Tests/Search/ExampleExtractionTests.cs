using System.Collections.Concurrent;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Xunit;

namespace Interop.Fhir.Tests.Search;

public sealed class ExampleExtractionTests
{
    private static readonly IndexExtractor Extractor = new(SearchParameterSet.R4);

    [Fact]
    public void Every_expression_of_R4_compiles()
    {
        foreach (var type in FhirFacts.R4.ResourceTypes)
        {
            Extractor.Prepare(type);
        }
    }

    [ExamplesFact]
    public void Extraction_throws_on_no_official_example()
    {
        var found = new ConcurrentDictionary<string, int>();
        Parallel.ForEach(Examples.Files(), file =>
        {
            var entries = Extractor.Extract(File.ReadAllBytes(file));
            found[Path.GetFileName(file)] = entries.Count;
        });

        Assert.All(found, pair => Assert.True(pair.Value > 0, pair.Key));
    }
}
