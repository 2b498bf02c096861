using System.Globalization;
using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir.Validation;
using Interop.Server.Authoring;
using Interop.Server.Forms;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Voices;

/// <summary>
/// What somebody answered to a survey, and nothing else: of what was sent, no byte is kept but the answers to its items. Who says more
/// than that is refused, so that nobody believes it was kept, or was not.
/// </summary>
internal sealed class SurveyAnswer
{
    private const string Root = "QuestionnaireResponse";
    private const int LongestText = 2_000;

    private static readonly string[] Taken = ["resourceType", "questionnaire", "status", "item"];
    private static readonly string[] OfItem = ["linkId", "answer"];

    private readonly Form form;
    private readonly IReadOnlyList<(string LinkId, DataType Value)> answers;

    private SurveyAnswer(Form form, IReadOnlyList<(string, DataType)> answers) => (this.form, this.answers) = (form, answers);

    /// <param name="response">A valid QuestionnaireResponse.</param>
    /// <exception cref="FhirException">422 with every issue.</exception>
    public static SurveyAnswer Read(Survey survey, byte[] response)
    {
        using var document = JsonDocument.Parse(response, FhirJson.Parsing);
        var root = document.RootElement;
        var issues = new List<Issue>();
        Refuse(root, Taken, Root, issues);
        if (root.Text("status") != "completed")
        {
            issues.Add(Wrong("An answer to a survey is completed.", $"{Root}.status"));
        }

        if (survey.Forms.FirstOrDefault(form => form.Canonical == root.Text("questionnaire")) is not { } named)
        {
            issues.Add(Wrong(
                $"The link is for {string.Join(" or ", survey.Forms.Select(form => form.Canonical))}.", $"{Root}.questionnaire"));
            throw new FhirException(422, issues);
        }

        foreach (var (index, item) in root.Items("item").Index())
        {
            Refuse(item, OfItem, $"{Root}.item[{index}]", issues);
        }

        var (found, misfits) = FormFit.Read(named, root, Root, isComplete: true);
        issues.AddRange(misfits);
        issues.AddRange(found.Where(answer => TextOf(answer)?.Length > LongestText).Select(answer =>
            Wrong($"A text has at most {LongestText} characters.", $"{answer.Place}.valueString")));
        return issues.Count == 0
            ? new(named, [.. found.Select(answer => (answer.Item.LinkId, ValueOf(answer)))])
            : throw new FhirException(422, issues);
    }

    /// <summary>The QuestionnaireResponse that is stored: of a week, and of nobody.</summary>
    /// <param name="monday">Of the week.</param>
    public byte[] Written(string id, DateOnly monday) => AuthoredJson.Of(new QuestionnaireResponse
    {
        Id = id,
        Questionnaire = form.Canonical,
        Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
        Authored = monday.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Item = [.. answers.Select(answer => new QuestionnaireResponse.ItemComponent
        {
            LinkId = answer.LinkId, Answer = [new() { Value = answer.Value }],
        })],
    });

    private static void Refuse(JsonElement element, string[] taken, string place, List<Issue> issues) => issues.AddRange(
        element.EnumerateObject().Where(property => !taken.Contains(property.Name)).Select(property =>
            Wrong("An answer to a survey has its questionnaire, its status and its items: nobody's name, and no time.",
                $"{place}.{property.Name}")));

    private static string? TextOf(FormAnswer answer) => answer.Value.Text("valueString");

    /// <summary>System and code alone: what stands beside them is not an answer.</summary>
    private static DataType ValueOf(FormAnswer answer) => TextOf(answer) is { } text
        ? new FhirString(text)
        : new Coding(answer.Value.At("valueCoding").Text("system"), answer.Value.At("valueCoding").Text("code"));

    private static Issue Wrong(string rule, string place) => new(IssueSeverity.Error, "business-rule", rule, place);
}
