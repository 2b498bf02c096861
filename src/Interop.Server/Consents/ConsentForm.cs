using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Validation;
using Interop.Sharing.Json;

namespace Interop.Server.Consents;

/// <summary>
/// The form on which a person says what she permits or refuses: the Questionnaires <c>consent-on-scene</c> of <c>profiles/crisis</c>, one
/// for each language, with the same items and codes.
/// </summary>
/// <param name="Canonical"><c>url|version</c>, by which an answer names it.</param>
/// <param name="Title">In the form's language, as all its texts.</param>
internal sealed record ConsentForm(string Url, string Canonical, string Language, string Title, IReadOnlyList<ConsentQuestion> Questions)
{
    private static readonly string[] Names = ["consent-on-scene", "consent-on-scene-es"];

    public static IReadOnlyList<ConsentForm> All { get; } = [.. Names.Select(Load)];

    /// <summary>Whether a document answers one of these forms, whatever version of it.</summary>
    public static bool IsAnsweredBy(byte[] document) =>
        ResourceJson.ReadHeader(document)?.Type == "QuestionnaireResponse"
        && TopLevel.Text(document, "questionnaire") is { } named && All.Any(form => form.Url == named.Split('|')[0]);

    public static ConsentForm? Of(string? canonical) => All.FirstOrDefault(form => form.Canonical == canonical);

    /// <summary>
    /// The answers by linkId, each with its place in the response; and what of them does not fit the form
    /// (https://hl7.org/fhir/R4/questionnaireresponse.html#notes).
    /// </summary>
    public (ILookup<string, (string Place, JsonElement Value)> Answers, IReadOnlyList<Issue> Issues) Read(JsonElement response)
    {
        var issues = new List<Issue>();
        var answers = new List<(string LinkId, string Place, JsonElement Value)>();
        foreach (var (number, item) in response.Items("item").Index())
        {
            if (Questions.FirstOrDefault(question => question.LinkId == item.Text("linkId")) is not { } question)
            {
                Object($"item[{number}].linkId", "The form has no such item.");
                continue;
            }

            var given = item.Items("answer").Select((answer, place) => (Place: $"item[{number}].answer[{place}]", Value: answer)).ToList();
            answers.AddRange(given.Select(answer => (question.LinkId, answer.Place, answer.Value)));
            if (!question.Repeats && answers.Count(answer => answer.LinkId == question.LinkId) > 1)
            {
                Object($"item[{number}]", $"The item {question.LinkId} has one answer.");
            }

            foreach (var (place, value) in given.Where(answer => !question.Takes(answer.Value)))
            {
                Object(place, $"The item {question.LinkId} is answered by {question.Expected}.");
            }
        }

        var byLink = answers.ToLookup(answer => answer.LinkId, answer => (answer.Place, answer.Value));
        foreach (var question in Questions)
        {
            var isAsked = question.Only is not { } only
                || byLink[only.LinkId].Any(answer => ConsentQuestion.CodingOf(answer.Value) == only.Coding);
            if (!isAsked && byLink[question.LinkId].Any())
            {
                Object(byLink[question.LinkId].First().Place, $"The item {question.LinkId} is not asked after these answers.");
            }
            else if (isAsked && question.IsRequired && !byLink[question.LinkId].Any())
            {
                Object("item", $"The item {question.LinkId} is required.");
            }
        }

        return (byLink, issues);

        void Object(string place, string rule) => issues.Add(new(IssueSeverity.Error, "business-rule", rule, place));
    }

    private static ConsentForm Load(string id)
    {
        using var stream = typeof(ConsentForm).Assembly.GetManifestResourceStream($"crisis/Questionnaire-{id}.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var url = root.Text("url")!;
        return new(
            url,
            $"{url}|{root.Text("version")}",
            root.Text("language")!,
            root.Text("title")!,
            [.. root.Items("item").SelectMany(item => item.Items("item").Prepend(item)).Select(ConsentQuestion.Read)]);
    }
}

/// <summary>One item of the form.</summary>
/// <param name="Options">The codings that it allows, as <c>system|code</c>, with what they are called.</param>
/// <param name="Only">The answer, as <c>system|code</c>, to another item after which it is asked; null where it always is.</param>
internal sealed record ConsentQuestion(
    string LinkId,
    string Text,
    string Type,
    bool IsRequired,
    bool Repeats,
    IReadOnlyDictionary<string, string> Options,
    (string LinkId, string Coding)? Only)
{
    /// <summary>What an answer has to be, in words.</summary>
    public string Expected => Type switch
    {
        "choice" => $"a valueCoding, one of {string.Join(", ", Options.Keys.Select(option => option.Split('|')[1]))} of its code system",
        "display" => "nothing: it is a text",
        _ => $"{Property} and nothing else",
    };

    private string Property => $"value{char.ToUpperInvariant(Type[0])}{Type[1..]}";

    public bool Takes(JsonElement answer) => Type switch
    {
        "choice" => Options.ContainsKey(CodingOf(answer)),
        "display" => false,
        "attachment" => answer.At(Property).Text("data") is { Length: > 0 },
        _ => answer.At(Property).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null),
    };

    /// <summary>A coded answer as <c>system|code</c>.</summary>
    public static string CodingOf(JsonElement answer) =>
        $"{answer.At("valueCoding").Text("system")}|{answer.At("valueCoding").Text("code")}";

    public static ConsentQuestion Read(JsonElement item)
    {
        var only = item.Items("enableWhen").FirstOrDefault();
        return new(
            item.Text("linkId")!,
            item.Text("text")!,
            item.Text("type")!,
            item.At("required").ValueKind == JsonValueKind.True,
            item.At("repeats").ValueKind == JsonValueKind.True,
            item.All("answerOption.valueCoding").ToDictionary(
                coding => $"{coding.Text("system")}|{coding.Text("code")}", coding => coding.Text("display")!),
            only.Text("question") is { } question
                ? (question, $"{only.At("answerCoding").Text("system")}|{only.At("answerCoding").Text("code")}")
                : null);
    }
}
