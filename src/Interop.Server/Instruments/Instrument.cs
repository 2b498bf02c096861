using System.Text.Json;
using Interop.Server.Forms;
using Interop.Sharing.Json;

namespace Interop.Server.Instruments;

/// <summary>
/// How one instrument is scored (<c>profiles/workflow/instruments.json</c>): by the sum of what its answers count, in bands, or by the
/// first level of which an item is affirmed.
/// </summary>
/// <param name="Result">LOINC code of the Observation that holds the score.</param>
/// <param name="Category">Further category of that Observation, of our code system observation-category; null for none.</param>
internal sealed record Instrument(
    Form Form, string Result, string? Category, IReadOnlyList<Band> Bands, IReadOnlyList<Level> Levels, IReadOnlyList<Alert> Alerts)
{
    public static IReadOnlyList<Instrument> All { get; } = Load();

    public static FormSet Set { get; } = new([.. All.Select(instrument => instrument.Form.Id)]) { MayBeWorded = true };

    public static Instrument? Of(string? canonical) => All.FirstOrDefault(instrument => instrument.Form.Canonical == canonical);

    /// <summary>What complete answers come to.</summary>
    public InstrumentScore Score(IReadOnlyList<FormAnswer> answers)
    {
        var counted = answers.GroupBy(answer => answer.Item.LinkId).ToDictionary(
            item => item.Key, item => item.Sum(answer => answer.Item.Options[FormItem.CodingOf(answer.Value)].Score ?? 0));
        var sum = counted.Values.Sum();
        var level = Levels.Count == 0 ? null
            : Levels.FirstOrDefault(level => level.When.Any(item => counted.GetValueOrDefault(item) > 0))?.Code ?? "no-risk-found";
        var raised = Alerts.Where(alert => alert.Level is { } code ? code == level
            : alert.Answers.Count == 0 ? counted.GetValueOrDefault(alert.Item!) > 0
            : answers.Any(answer => answer.Item.LinkId == alert.Item
                && alert.Answers.Contains(answer.Value.At("valueCoding").Text("code")!)));
        return new(sum, level, Bands.LastOrDefault(band => band.From <= sum), [.. raised]);
    }

    private static Instrument[] Load()
    {
        using var stream = typeof(Instrument).Assembly.GetManifestResourceStream("workflow/instruments.json")!;
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateArray().Select(entry => new Instrument(
                Form.Load(entry.Text("form")!),
                entry.Text("result")!,
                entry.Text("category"),
                [.. entry.Items("bands").Select(band => new Band(band.At("from").GetInt32(), band.Text("code")!, band.Text("text")!))],
                [
                    .. entry.Items("levels").Select(level => new Level(
                        level.Text("level")!, [.. level.Items("when").Select(item => item.GetString()!)])),
                ],
                [
                    .. entry.Items("raises").Select(alert => new Alert(
                        alert.Text("level"),
                        alert.Text("item"),
                        [.. alert.Items("answers").Select(answer => answer.GetString()!)],
                        alert.Text("flag"),
                        alert.Text("says")!)),
                ])),
        ];
    }
}

/// <param name="From">The least sum.</param>
/// <param name="Code">Of v3-ObservationInterpretation.</param>
internal sealed record Band(int From, string Code, string Text);

/// <param name="Code">Of our code system risk-level.</param>
/// <param name="When">linkIds of which one is affirmed.</param>
internal sealed record Level(string Code, IReadOnlyList<string> When);

/// <summary>What has to be done at once, or what is needed.</summary>
/// <param name="Level">At which level; null where it is an item's.</param>
/// <param name="Item">linkId of the item that is affirmed, or answered so.</param>
/// <param name="Answers">The codes of which one is an answer; none where whatever counts is.</param>
/// <param name="Flag">SNOMED CT code of the Flag that is raised; null for none.</param>
/// <param name="Says">What who recorded the answers is told.</param>
internal sealed record Alert(string? Level, string? Item, IReadOnlyList<string> Answers, string? Flag, string Says);

/// <param name="Level">Of an instrument that has levels.</param>
internal sealed record InstrumentScore(int Sum, string? Level, Band? Band, IReadOnlyList<Alert> Alerts);
