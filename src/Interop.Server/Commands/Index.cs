using System.CommandLine;
using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Search.Index;
using Interop.Fhir.Validation;
using Interop.Server.Settings;

namespace Interop.Server.Commands;

/// <summary><c>interop index FILE</c>: what the server would index, as JSON lines of file, resource, parameter, type and value.</summary>
internal static class Index
{
    public static Command Command()
    {
        var path = new Argument<string[]>("file") { Description = "JSON or NDJSON files.", Arity = ArgumentArity.OneOrMore };
        var index = new Command("index", "Prints the search index entries of resources as JSON lines.") { path };
        index.SetAction(arguments => Run(arguments.GetValue(path)!, Console.Out, Console.Error));
        return index;
    }

    private static int Run(IEnumerable<string> paths, TextWriter output, TextWriter errors)
    {
        var extractor = new IndexExtractor(CrisisProfiles.SearchParameters);
        var status = 0;
        foreach (var (name, bytes, problem) in ResourceFiles.Read(paths))
        {
            var failure = problem ?? ResourceValidator.Validate(bytes).FirstOrDefault(
                issue => issue.Severity <= IssueSeverity.Error)?.Diagnostics;
            if (failure is not null)
            {
                errors.WriteLine($"error {name} {failure}");
                status = 1;
                continue;
            }

            var resource = Resource(bytes);
            foreach (var entry in extractor.Extract(bytes))
            {
                output.WriteLine(JsonSerializer.Serialize(
                    new { file = name, resource, parameter = entry.Parameter, type = Type(entry), value = Value(entry) }));
            }
        }

        return status;
    }

    private static string? Resource(byte[] bytes) => ResourceJson.ReadHeader(bytes) switch
    {
        { Id: { } id, Type: var type } => $"{type}/{id}",
        var header => header?.Type,
    };

    private static object Component(IndexEntry entry) => new { parameter = entry.Parameter, type = Type(entry), value = Value(entry) };

    private static string Type(IndexEntry entry) => entry switch
    {
        PositionEntry => "special",
        _ => entry.GetType().Name[..^"Entry".Length].ToLowerInvariant(),
    };

    private static object Value(IndexEntry entry) => entry switch
    {
        TokenEntry token => new { system = token.System, code = token.Code, text = token.Text },
        StringEntry text => text.Value,
        DateEntry date => new { low = Date(date.Low), high = Date(date.High) },
        ReferenceEntry reference => new
        {
            target = reference.TargetType is null ? null : $"{reference.TargetType}/{reference.TargetId}",
            url = reference.Url,
            identifier = reference.IdentifierValue is null ? null : $"{reference.IdentifierSystem}|{reference.IdentifierValue}",
        },
        NumberEntry number => new { low = End(number.Low), high = End(number.High) },
        QuantityEntry quantity =>
            new
            {
                low = End(quantity.Low), high = End(quantity.High), system = quantity.System, code = quantity.Code, unit = quantity.Unit
            },
        UriEntry uri => uri.Value,
        PositionEntry position => new { latitude = position.Latitude, longitude = position.Longitude },
        CompositeEntry composite => composite.Components.Select(Component).ToList(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>JSON has no infinity: an open end is null, as one of a date is.</summary>
    private static double? End(double end) => double.IsFinite(end) ? end : null;

    private static string? Date(long microseconds) =>
        microseconds is long.MinValue or long.MaxValue ? null : Instants.ToDateTimeOffset(microseconds).ToString("O");
}
