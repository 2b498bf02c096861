using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Sharing.Json;

namespace Interop.Server.Forms;

/// <summary>
/// Whether answers fit the form that they are given to (https://hl7.org/fhir/R4/questionnaireresponse.html#notes): its items, their places,
/// how many answers, of which type, out of which codes, asked at all after the others, and none missing where the answering is complete.
/// </summary>
internal sealed class FormFit
{
    private readonly List<Issue> issues = [];
    private readonly List<FormAnswer> answers = [];
    private readonly bool isComplete;

    private FormFit(bool isComplete) => this.isComplete = isComplete;

    /// <summary>The answers in their order, and what of them does not fit.</summary>
    /// <param name="response">A QuestionnaireResponse.</param>
    /// <param name="place">Where it stands, for issues.</param>
    /// <param name="isComplete">Whether what is required must be there.</param>
    public static (IReadOnlyList<FormAnswer> Answers, IReadOnlyList<Issue> Issues) Read(
        Form form, JsonElement response, string place, bool isComplete)
    {
        var fit = new FormFit(isComplete);
        fit.Check(form.Items, response, place);
        fit.CheckAsked(form, place);
        return (fit.answers, fit.issues);
    }

    private void Check(IReadOnlyList<FormItem> allowed, JsonElement parent, string place)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, item) in parent.Items("item").Index())
        {
            var at = $"{place}.item[{index}]";
            var link = item.Text("linkId");
            if (allowed.FirstOrDefault(candidate => candidate.LinkId == link) is not { } question)
            {
                Object($"{at}.linkId", "The Questionnaire has no item of this linkId here.");
            }
            else if (!seen.Add(question.LinkId))
            {
                Object($"{at}.linkId", $"The item {question.LinkId} may be there once.");
            }
            else
            {
                Check(question, item, at);
            }
        }

        if (isComplete)
        {
            foreach (var group in allowed.Where(group => group is { IsRequired: true, Type: "group" } && !seen.Contains(group.LinkId)))
            {
                Object($"{place}.item", $"The item {group.LinkId} is required of what is completed.");
            }
        }
    }

    private void Check(FormItem question, JsonElement item, string at)
    {
        var given = item.Items("answer").ToList();
        if (question.Type is "group" or "display")
        {
            if (given.Count > 0)
            {
                Object($"{at}.answer", $"The item {question.LinkId} is a {question.Type} and has no answer.");
            }

            given = [];
        }
        else if (given.Count > 1 && !question.Repeats)
        {
            Object($"{at}.answer", $"The item {question.LinkId} has one answer.");
        }
        else if (question.Contradicts(given))
        {
            Object($"{at}.answer", $"The item {question.LinkId} has an answer that stands alone, and others beside it.");
        }

        foreach (var (index, answer) in given.Index())
        {
            var place = $"{at}.answer[{index}]";
            if (!question.Takes(answer))
            {
                var isCoding = question.Options.Count > 0 && answer.At("valueCoding").ValueKind == JsonValueKind.Object;
                Object(isCoding ? $"{place}.valueCoding" : place, $"The item {question.LinkId} is answered by {question.Expected}.");
            }

            answers.Add(new(question, place, answer));
            Check(question.Items, answer, place);
        }

        Check(question.Type == "group" ? question.Items : [], item, at);
    }

    /// <summary>What is asked only after certain answers, and what is required of what is asked.</summary>
    private void CheckAsked(Form form, string place)
    {
        var byLink = answers.ToLookup(answer => answer.Item.LinkId);
        foreach (var question in form.AllItems)
        {
            var isAsked = question.Only is not { } only
                || byLink[only.LinkId].Any(answer => FormItem.CodingOf(answer.Value) == only.Coding);
            if (!isAsked && byLink[question.LinkId].FirstOrDefault() is { } idle)
            {
                Object(idle.Place, $"The item {question.LinkId} is not asked after these answers.");
            }
            else if (isAsked && isComplete && question is { IsRequired: true, Type: not "group" } && !byLink[question.LinkId].Any())
            {
                Object($"{place}.item", $"The item {question.LinkId} is required of what is completed.");
            }
        }
    }

    private void Object(string place, string rule) => issues.Add(new(IssueSeverity.Error, "business-rule", rule, place));
}

/// <summary>One answer to an item, and where it stands.</summary>
internal sealed record FormAnswer(FormItem Item, string Place, JsonElement Value);
