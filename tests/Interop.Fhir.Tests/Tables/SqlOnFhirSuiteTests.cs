using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir.Tables;
using Xunit;

namespace Interop.Fhir.Tests.Tables;

/// <summary>The published tests of SQL on FHIR 2.0 (../shared/data/sql-on-fhir), over what is R4.</summary>
public sealed class SqlOnFhirSuiteTests
{
    private const string Suite = "data/sql-on-fhir";
    private const string Schema = "tests.schema.json";

    /// <summary>File/title of the tests that fail, and why.</summary>
    private static readonly Dictionary<string, string> Failing = [];

    [SharedFact(Suite)]
    public void The_published_suite_passes_but_for_what_is_listed()
    {
        var (count, failures) = (0, new SortedDictionary<string, string>(StringComparer.Ordinal));
        foreach (var file in Directory.EnumerateFiles(Repository.Shared(Suite), "*.json").Where(file => Path.GetFileName(file) != Schema))
        {
            var suite = JsonNode.Parse(File.ReadAllText(file))!;
            var resources = suite["resources"]!.AsArray().Select(item => Encoding.UTF8.GetBytes(item!.ToJsonString())).ToList();
            foreach (var test in suite["tests"]!.AsArray())
            {
                count++;
                if (Run(test!, resources) is { } failure)
                {
                    failures[$"{Path.GetFileNameWithoutExtension(file)}/{test!["title"]}"] = failure;
                }
            }
        }

        Assert.Equal(134, count);
        Assert.True(
            failures.Keys.SequenceEqual(Failing.Keys.Order(StringComparer.Ordinal)),
            string.Join(Environment.NewLine, failures.Select(failure => $"{failure.Key}: {failure.Value}")));
    }

    private static string? Run(JsonNode test, List<byte[]> resources)
    {
        var view = ViewDefinition.Read(Encoding.UTF8.GetBytes(test["view"]!.ToJsonString()), out var issues);
        var mustFail = test["expectError"]?.GetValue<bool>() == true;
        if (view is null)
        {
            return mustFail ? null : string.Join("; ", issues);
        }

        try
        {
            var names = view.Columns.Select(column => column.Name).ToList();
            var rows = resources.SelectMany(resource => view.RowsOf(resource)).Select(row => Shown(names, row)).ToList();
            if (mustFail)
            {
                return "should be an error";
            }

            if (test["expectColumns"] is JsonArray columns && !columns.Select(column => $"{column}").SequenceEqual(names))
            {
                return "columns: " + string.Join(' ', names);
            }

            var wanted = test["expect"]!.AsArray().Select(row => Wanted(names, row!.AsObject())).ToList();
            return wanted.Order(StringComparer.Ordinal).SequenceEqual(rows.Order(StringComparer.Ordinal))
                ? null
                : $"wants {string.Join(' ', wanted)} gives {string.Join(' ', rows)}";
        }
        catch (ViewException fault)
        {
            return mustFail ? null : $"{fault.Element}: {fault.Message}";
        }
    }

    private static string Wanted(List<string> names, JsonObject row) =>
        string.Join(',', names.Select(name => row[name] is { } value ? Canonical(value) : "null"));

    private static string Canonical(JsonNode value) => value is JsonArray list
        ? $"[{string.Join(' ', list.Select(item => Canonical(item!)))}]"
        : value.GetValueKind() == JsonValueKind.Number
            ? value.GetValue<decimal>().ToString("G29", CultureInfo.InvariantCulture)
            : value.ToJsonString();

    private static string Shown(List<string> names, IReadOnlyList<object?> row)
    {
        Assert.Equal(names.Count, row.Count);
        return string.Join(',', row.Select(Cell));
    }

    private static string Cell(object? cell) => cell switch
    {
        null => "null",
        IReadOnlyList<object> list => $"[{string.Join(' ', list.Select(Cell))}]",
        decimal number => number.ToString("G29", CultureInfo.InvariantCulture),
        _ => JsonSerializer.SerializeToNode(cell)!.ToJsonString(),
    };
}
