using System.Text.Json;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// Who should go, for each combination of answers: rules in an order, of which the first that fits decides. It is data
/// (<c>profiles/workflow/screening.json</c>, or the file of <c>Interop:ScreeningTable</c>).
/// </summary>
/// <param name="Canonical"><c>url|version</c>.</param>
/// <param name="IncidentTypes">Common types of the EIDO registry that make a call eligible before anybody has asked.</param>
/// <param name="Eligible">Answers that do.</param>
/// <param name="Seconds">Within which the protocol wants the screening done.</param>
internal sealed record ScreeningTable(
    string Canonical,
    IReadOnlySet<string> IncidentTypes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Eligible,
    int Seconds,
    IReadOnlyList<DecisionRule> Rules)
{
    public const string Unknown = "unknown";

    /// <summary>Questions about danger to others and to life: not to know is no reason to send nobody who could meet it.</summary>
    private static readonly string[] Danger = ["violence", "medical"];

    /// <summary>Models with somebody who is armed.</summary>
    private static readonly string[] Armed = ["co-response", "police-secondary", "police"];

    /// <exception cref="SettingsException">The file can't be read, or is no table that decides everything safely.</exception>
    public static ScreeningTable From(string? path)
    {
        try
        {
            using var stream = path is null
                ? typeof(ScreeningTable).Assembly.GetManifestResourceStream("workflow/screening.json")!
                : File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            var table = Read(document.RootElement);
            return table.Objection() is { } objection ? throw new FormatException(objection) : table;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new SettingsException($"Interop:ScreeningTable: {wrong.Message}");
        }
    }

    /// <summary>What it recommends.</summary>
    /// <param name="answers">linkId to code; what is missing is not known.</param>
    public DecisionRule Decide(IReadOnlyDictionary<string, string> answers) => Rules.First(rule => Holds(rule.When, answers));

    /// <summary>Whether the answers alone make the call one for the programme; null where they do not say.</summary>
    public bool? IsEligible(IReadOnlyDictionary<string, string> answers) => Holds(Eligible, answers) ? true
        : Eligible.Keys.Any(question => answers.GetValueOrDefault(question, Unknown) == Unknown) ? null
        : false;

    /// <summary>Every combination of answers to the form. A question that is left out is one whose answer is not known.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> AllAnswers()
    {
        IEnumerable<IReadOnlyDictionary<string, string>> all = [new Dictionary<string, string>()];
        foreach (var question in ScreeningForm.Questions(ScreeningForm.Set.All[0]))
        {
            var codes = question.Options.Keys.Select(code => code.Split('|')[1]).ToList();
            all = all.SelectMany(known => codes.Select(code => new Dictionary<string, string>(known) { [question.LinkId] = code }));
        }

        return all;
    }

    private static bool Holds(
        IReadOnlyDictionary<string, IReadOnlyList<string>> conditions, IReadOnlyDictionary<string, string> answers) =>
        conditions.All(condition => condition.Value.Contains(answers.GetValueOrDefault(condition.Key, Unknown)));

    /// <summary>Why the table may not decide, or null.</summary>
    private string? Objection()
    {
        var questions = ScreeningForm.Questions(ScreeningForm.Set.All[0]).ToDictionary(
            question => question.LinkId, question => question.Options.Keys.Select(code => code.Split('|')[1]).ToHashSet());
        foreach (var (question, codes) in Rules.SelectMany(rule => rule.When).Concat(Eligible))
        {
            if (!questions.TryGetValue(question, out var allowed) || codes.Any(code => !allowed.Contains(code)))
            {
                return $"the form has no question {question}, or not all the answers that the table asks for.";
            }
        }

        if (Rules.FirstOrDefault(rule => rule.Send.Count == 0 || rule.Models.Any(model => !ResponseModels.IsKnown(model))) is { } wrong)
        {
            return $"rule {wrong.Name} sends nobody, or by a response model that is not known.";
        }

        foreach (var answers in AllAnswers())
        {
            if (Rules.FirstOrDefault(rule => Holds(rule.When, answers)) is not { } rule)
            {
                return "no rule decides where none of the others does: the last one needs an empty when.";
            }

            var isUnknown = Danger.Any(question => answers.GetValueOrDefault(question, Unknown) == Unknown);
            if (isUnknown && !(rule.Send.Any(Armed.Contains) && rule.Instead.All(Armed.Contains)))
            {
                return $"rule {rule.Name} could send nobody who is armed where nobody knows of {string.Join(" or ", Danger)} danger.";
            }
        }

        return null;
    }

    private static ScreeningTable Read(JsonElement root)
    {
        var table = new ScreeningTable(
            $"{Needed(root, "url")}|{Needed(root, "version")}",
            root.All("eligible.incidentTypes").Select(Word).ToHashSet(StringComparer.Ordinal),
            Conditions(root.At("eligible").At("answers")),
            root.At("seconds") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var seconds) && seconds > 0
                ? seconds
                : throw new FormatException("seconds must be a positive number."),
            [.. root.Items("rules").Select(rule => new DecisionRule(
                Needed(rule, "rule"),
                Conditions(rule.At("when")),
                [.. rule.Items("send").Select(Word)],
                [.. rule.Items("instead").Select(Word)],
                Needed(rule, "because")))]);
        return table.Rules.Select(rule => rule.Name).Distinct().Count() == table.Rules.Count
            ? table
            : throw new FormatException("two rules have one name.");
    }

    private static Dictionary<string, IReadOnlyList<string>> Conditions(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? json.EnumerateObject().ToDictionary(
            condition => condition.Name, IReadOnlyList<string> (condition) => [.. json.Items(condition.Name).Select(Word)])
        : throw new FormatException("a condition must be an object of questions, each with its answers.");

    private static string Needed(JsonElement json, string name) =>
        json.Text(name) is { Length: > 0 } text ? text : throw new FormatException($"{name} is missing.");

    private static string Word(JsonElement json) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : throw new FormatException("a code must be a text.");
}

/// <summary>One rule of the table.</summary>
/// <param name="When">Questions, each with the answers of which one must have been given; missing answers count as unknown.</param>
/// <param name="Send">Response models, all of which it recommends.</param>
/// <param name="Instead">Those that may be chosen as well, without a reason.</param>
internal sealed record DecisionRule(
    string Name,
    IReadOnlyDictionary<string, IReadOnlyList<string>> When,
    IReadOnlyList<string> Send,
    IReadOnlyList<string> Instead,
    string Because)
{
    public IEnumerable<string> Models => Send.Concat(Instead);
}
