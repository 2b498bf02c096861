using System.Text.Json;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// What the type under which a call was kept lets suppose that a caller would have answered (<c>profiles/workflow/call-words.json</c>, or a
/// site's own list): words of the type, in any case, each with answers. The first entry that says something of a question decides it; of
/// self-harm the last one does, for it grows. A question that no entry speaks of is answered with no.
/// </summary>
internal sealed class CallWords
{
    private readonly List<(List<string> Words, Dictionary<string, string> Answers)> entries;

    private CallWords(IEnumerable<(List<string>, Dictionary<string, string>)> entries) => this.entries = [.. entries];

    /// <exception cref="SettingsException">It can't be read, or names a question or an answer that the form does not have.</exception>
    public static CallWords From(string? path)
    {
        try
        {
            using var stream = path is null
                ? typeof(CallWords).Assembly.GetManifestResourceStream("workflow/call-words.json")!
                : File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            var words = new CallWords(document.RootElement.EnumerateArray().Select(entry => (
                entry.Items("words").Select(word => word.GetString()!.ToUpperInvariant()).ToList(),
                entry.GetProperty("answers").EnumerateObject().ToDictionary(answer => answer.Name, answer => answer.Value.GetString()!))));
            var form = ScreeningForm.Questions(ScreeningForm.Set.All[0])
                .ToDictionary(question => question.LinkId, question => question.Options.Keys.ToList());
            return words.entries.SelectMany(entry => entry.Answers)
                .FirstOrDefault(answer => !form.TryGetValue(answer.Key, out var codes)
                    || !codes.Any(code => code.EndsWith($"|{answer.Value}", StringComparison.Ordinal))) is { Key: { } wrong }
                ? throw new FormatException($"the form has no question {wrong}, or not this answer to it.")
                : words;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException or FormatException
            or InvalidOperationException or KeyNotFoundException)
        {
            throw new SettingsException($"The list of words can't be used: {wrong.Message}");
        }
    }

    public IReadOnlyDictionary<string, string> AnswersOf(string callType)
    {
        var type = callType.ToUpperInvariant();
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(entry => entry.Words.Any(word => type.Contains(word, StringComparison.Ordinal))))
        {
            foreach (var (question, answer) in entry.Answers)
            {
                if (question == "self-harm" || !answers.ContainsKey(question))
                {
                    answers[question] = answer;
                }
            }
        }

        foreach (var (question, answer) in new[] { ("need", "no"), ("violence", "no"), ("self-harm", "none"), ("medical", "no") })
        {
            answers.TryAdd(question, answer);
        }

        return answers;
    }
}
