using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Interop.Server.Calls;

namespace Interop.Server.Commands;

/// <summary>
/// <c>interop simulate-screening FILE</c>: what the screening would have found among the calls of former years, before anybody goes live
/// with it.
/// </summary>
internal static class SimulateScreening
{
    private const int MostExamples = 10;

    public static Command Command()
    {
        var file = new Argument<string>("file") { Description = "CSV with a header: types of calls, how many there were, and a label." };
        var type = new Option<string>("--type") { Description = "Column of the type.", DefaultValueFactory = _ => "call_type" };
        var count = new Option<string>("--count") { Description = "Column of the number of calls.", DefaultValueFactory = _ => "count" };
        var label = new Option<string>("--label") { Description = "Column of the label.", DefaultValueFactory = _ => "category" };
        var wanted = new Option<string>("--wanted")
        {
            Description = "The label of calls that are for the programme.", DefaultValueFactory = _ => "Behavioral Health",
        };
        var table = new Option<string?>("--table") { Description = "A site's decision table." };
        var words = new Option<string?>("--words") { Description = "A site's words of types, with the answers that they stand for." };
        var command = new Command(
            "simulate-screening",
            "Sensitivity and specificity of the screening over types of former calls; exit status 1 if the file can't be used.")
        {
            file, type, count, label, wanted, table, words,
        };
        command.SetAction(arguments => Run(
            arguments.GetValue(file)!,
            [arguments.GetValue(type)!, arguments.GetValue(count)!, arguments.GetValue(label)!],
            arguments.GetValue(wanted)!,
            ScreeningTable.From(arguments.GetValue(table)),
            CallWords.From(arguments.GetValue(words)),
            Console.Out,
            Console.Error));
        return command;
    }

    private static int Run(
        string file, string[] columns, string wanted, ScreeningTable table, CallWords words, TextWriter output, TextWriter errors)
    {
        var (calls, unlabelled, problem) = Read(file, columns);
        if (problem is not null)
        {
            errors.WriteLine($"error {file} {problem}");
            return 1;
        }

        var screened = calls.ConvertAll(call =>
        {
            var answers = words.AnswersOf(call.Type);
            return (Call: call, IsWanted: call.Label == wanted, IsFound: table.IsEligible(answers) == true, Rule: table.Decide(answers));
        });
        Figure("sensitivity", screened.Where(it => it.IsWanted), found: true);
        Figure("specificity", screened.Where(it => !it.IsWanted), found: false);
        var (labelled, left) = (calls.Sum(call => call.Count), unlabelled.Sum(call => call.Count));
        output.WriteLine(Text($"labelled {labelled} calls of {calls.Count} types"));
        output.WriteLine(Text($"left-out {left} calls of {unlabelled.Count} types, which have no label"));
        foreach (var models in screened.Where(it => it.IsFound).GroupBy(it => string.Join('+', it.Rule.Send))
            .Select(group => (Models: group.Key, Count: group.Sum(it => it.Call.Count))).OrderByDescending(group => group.Count))
        {
            output.WriteLine(Text($"recommended {models.Models} {models.Count}"));
        }

        Examples("missed", it => it.IsWanted && !it.IsFound);
        Examples("wrongly-found", it => !it.IsWanted && it.IsFound);
        return 0;

        void Figure(string name, IEnumerable<(Call Call, bool IsWanted, bool IsFound, DecisionRule Rule)> of, bool found)
        {
            var all = of.ToList();
            var (right, sum) = (all.Where(it => it.IsFound == found).Sum(it => it.Call.Count), all.Sum(it => it.Call.Count));
            output.WriteLine(sum == 0 ? $"{name} none: there are no such calls" : Text($"{name} {(double)right / sum:F4} {right}/{sum}"));
        }

        void Examples(string name, Func<(Call Call, bool IsWanted, bool IsFound, DecisionRule Rule), bool> isOne)
        {
            foreach (var (call, _, _, _) in screened.Where(isOne).OrderByDescending(it => it.Call.Count).Take(MostExamples))
            {
                output.WriteLine(Text($"{name} {call.Count} {call.Type}"));
            }
        }
    }

    private static (List<Call> Labelled, List<Call> Unlabelled, string? Problem) Read(string file, string[] columns)
    {
        if (!File.Exists(file))
        {
            return ([], [], "There is no such file.");
        }

        var options = CsvReaderOptions.Default with { TrackLineNumbers = true, FieldCountMismatch = CsvFieldCountHandling.Allow };
        using var csv = CsvReader.FromFile(file, options);
        var calls = new List<Call>();
        try
        {
            string[] header = [.. csv.Headers];
            var places = columns.Select(column => Array.IndexOf(header, column)).ToArray();
            if (places.Contains(-1))
            {
                return ([], [], $"The header has no column {columns[Array.IndexOf(places, -1)]}.");
            }

            while (csv.Read())
            {
                if (csv.FieldCount != header.Length || !long.TryParse(
                    csv.GetString(places[1]), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                {
                    return ([], [], $"Line {csv.LineNumber}: a row needs all its columns, and a number of calls.");
                }

                calls.Add(new(csv.GetString(places[0]), count, csv.GetString(places[2]).Trim()));
            }
        }
        catch (CsvFormatException malformed)
        {
            return ([], [], $"Line {malformed.LineNumber} is no CSV.");
        }

        return ([.. calls.Where(call => call.Label.Length > 0)], [.. calls.Where(call => call.Label.Length == 0)], null);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Call(string Type, long Count, string Label);
}
