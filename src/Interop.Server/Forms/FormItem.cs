using System.Text.Json;
using Interop.Sharing.Json;

namespace Interop.Server.Forms;

/// <summary>One item of a form.</summary>
/// <param name="Options">The codings that it allows, as <c>system|code</c>.</param>
/// <param name="Only">The answer, as <c>system|code</c>, to another item after which it is asked; null where it always is.</param>
internal sealed record FormItem(
    string LinkId,
    string Text,
    string Type,
    bool IsRequired,
    bool Repeats,
    IReadOnlyDictionary<string, FormOption> Options,
    (string LinkId, string Coding)? Only,
    IReadOnlyList<FormItem> Items)
{
    private const string Ordinal = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
    private const string Exclusive = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";

    public IEnumerable<FormItem> AndBelow => Items.SelectMany(item => item.AndBelow).Prepend(this);

    /// <summary>What an answer has to be, in words.</summary>
    public string Expected => Type switch
    {
        "choice" => $"a valueCoding, one of {string.Join(", ", Options.Keys.Select(option => option.Split('|')[1]))} of its code system",
        "display" or "group" => "nothing",
        _ => $"{Property} and nothing else",
    };

    private string Property => $"value{char.ToUpperInvariant(Type[0])}{Type[1..]}";

    /// <summary>Whether an answer is of the item's type, and where it has options one of them.</summary>
    public bool Takes(JsonElement answer) => Type switch
    {
        "choice" => Options.ContainsKey(CodingOf(answer)),
        "display" or "group" => false,
        "attachment" => answer.At(Property).Text("data") is { Length: > 0 },
        _ => answer.At(Property).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null),
    };

    /// <summary>A coded answer as <c>system|code</c>.</summary>
    public static string CodingOf(JsonElement answer) =>
        $"{answer.At("valueCoding").Text("system")}|{answer.At("valueCoding").Text("code")}";

    /// <summary>Whether answers have one among them that stands alone, such as "none of these".</summary>
    public bool Contradicts(IReadOnlyCollection<JsonElement> answers) =>
        answers.Count > 1 && answers.Any(answer => Options.GetValueOrDefault(CodingOf(answer)) is { IsExclusive: true });

    public static FormItem Read(JsonElement item)
    {
        var only = item.Items("enableWhen").FirstOrDefault();
        return new(
            item.Text("linkId")!,
            item.Text("text") ?? string.Empty,
            item.Text("type")!,
            item.At("required").ValueKind == JsonValueKind.True,
            item.At("repeats").ValueKind == JsonValueKind.True,
            item.Items("answerOption").ToDictionary(
                CodingOf,
                option => new FormOption(
                    option.At("valueCoding").Text("display")!,
                    option.Extension(Ordinal).At("valueDecimal") is { ValueKind: JsonValueKind.Number } score ? score.GetInt32() : null,
                    option.Extension(Exclusive).At("valueBoolean").ValueKind == JsonValueKind.True)),
            only.Text("question") is { } question
                ? (question, $"{only.At("answerCoding").Text("system")}|{only.At("answerCoding").Text("code")}")
                : null,
            [.. item.Items("item").Select(Read)]);
    }
}

/// <summary>One answer that an item allows.</summary>
/// <param name="Score">What it counts; null where answers are not counted.</param>
/// <param name="IsExclusive">Whether there is no other beside it.</param>
internal sealed record FormOption(string Display, int? Score, bool IsExclusive);
