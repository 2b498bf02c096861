using System.Collections.Concurrent;
using Interop.Fhir.FhirPath;
using Interop.Fhir.FhirPath.Values;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Search.Index;

/// <summary>Finds what a resource can be found by: https://hl7.org/fhir/R4/search.html. Compile once, share between threads.</summary>
/// <param name="zone">Of the place where days and times without a zone are meant; UTC when null.</param>
/// <param name="codeCase">The code systems that ignore case; none when null.</param>
public sealed class IndexExtractor(SearchParameterSet parameters, TimeZoneInfo? zone = null, CodeCase? codeCase = null)
{
    // A resource with a thousand codes and a thousand values has a million pairs; nobody finds it by the last of them.
    private const int MostTuples = 10_000;

    private readonly ConcurrentDictionary<string, CompiledParameter[]> compiled = new(StringComparer.Ordinal);

    /// <summary>
    /// The index entries of a valid resource, without duplicates. FormatException when it is not JSON or of no known type.
    /// </summary>
    public IReadOnlyList<IndexEntry> Extract(ReadOnlyMemory<byte> utf8)
    {
        var text = ByteOrderMark.Skip(utf8);
        using var tape = TopLevel.Read(text.Span);
        return Extract(new Evaluation(text, tape));
    }

    /// <summary>Compiles every expression of a type now: FhirPathException names the first that is not FHIRPath.</summary>
    public void Prepare(string type) => Compiled(type);

    private List<IndexEntry> Extract(Evaluation evaluation)
    {
        var entries = new List<IndexEntry>();
        var items = new List<PathItem>();
        var writer = new IndexWriter(evaluation, zone, codeCase ?? CodeCase.Minded);
        foreach (var parameter in Compiled(evaluation.Root.Type.Name))
        {
            items.Clear();
            parameter.Root.Evaluate(evaluation, evaluation.Root, items);
            var start = entries.Count;
            foreach (var item in items)
            {
                if (parameter.Facts.Type == SearchParameterType.Composite)
                {
                    Composite(evaluation, writer, parameter, item, entries);
                }
                else
                {
                    writer.Write(parameter.Facts.Code, parameter.Facts.Type, item, entries);
                }
            }

            RemoveRepeats(entries, start);
        }

        return entries;
    }

    private CompiledParameter[] Compiled(string type) => compiled.GetOrAdd(type, key => [.. parameters.Of(key)
        .OrderBy(facts => facts.Code, StringComparer.Ordinal)
        .Select(facts => new CompiledParameter(
            facts,
            FhirPathExpression.Compile(facts.Expression).Root,
            [.. facts.Components.Select(component => FhirPathExpression.Compile(component.Expression).Root)]))]);

    /// <summary>Every combination of what the components yield for one item, up to a bound.</summary>
    private static void Composite(
        Evaluation evaluation, IndexWriter writer, CompiledParameter parameter, PathItem item, List<IndexEntry> entries)
    {
        IEnumerable<IndexEntry[]> tuples = [[]];
        for (var i = 0; i < parameter.Components.Length; i++)
        {
            var (items, values) = (evaluation.Rent(), new List<IndexEntry>());
            parameter.Components[i].Evaluate(evaluation, item, items);
            foreach (var component in items)
            {
                writer.Write(parameter.Facts.Code, parameter.Facts.Components[i].Type, component, values);
            }

            evaluation.Return(items);
            if (values.Count == 0)
            {
                return;
            }

            tuples = tuples.SelectMany(tuple => values.Select(value => (IndexEntry[])[.. tuple, value])).Take(MostTuples).ToList();
        }

        entries.AddRange(tuples.Select(tuple => new CompositeEntry(parameter.Facts.Code, new(tuple))));
    }

    private static void RemoveRepeats(List<IndexEntry> entries, int start)
    {
        var count = entries.Count - start;
        if (count < 2)
        {
            return;
        }

        var seen = new HashSet<IndexEntry>(count);
        var write = start;
        for (var read = start; read < entries.Count; read++)
        {
            if (seen.Add(entries[read]))
            {
                entries[write++] = entries[read];
            }
        }

        entries.RemoveRange(write, entries.Count - write);
    }

    private sealed record CompiledParameter(SearchParameterFacts Facts, PathNode Root, PathNode[] Components);
}
