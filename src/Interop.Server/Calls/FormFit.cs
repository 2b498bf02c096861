using System.Text.Json;
using Interop.Fhir.Validation;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>
/// Whether answers fit the form that they are given to (https://hl7.org/fhir/R4/questionnaireresponse.html#notes): its items, their places,
/// how many answers, of which type, out of which codes, and none missing where the answering is complete.
/// </summary>
internal static class FormFit
{
    /// <param name="response">A QuestionnaireResponse.</param>
    /// <param name="isComplete">Whether what is required must be there.</param>
    public static IReadOnlyList<Issue> Issues(ScreeningForm form, JsonElement response, bool isComplete)
    {
        var issues = new List<Issue>();
        Check(form.Items, response, "QuestionnaireResponse", isComplete, issues);
        return issues;
    }

    private static void Check(
        IReadOnlyList<FormItem> allowed, JsonElement parent, string place, bool isComplete, List<Issue> issues)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, item) in parent.Items("item").Index())
        {
            var at = $"{place}.item[{index}]";
            var link = item.Text("linkId");
            if (allowed.FirstOrDefault(candidate => candidate.LinkId == link) is not { } question)
            {
                Object(issues, $"{at}.linkId", "The Questionnaire has no item of this linkId here.");
            }
            else if (!seen.Add(question.LinkId))
            {
                Object(issues, $"{at}.linkId", $"The item {question.LinkId} may be there once.");
            }
            else
            {
                Check(question, item, at, isComplete, issues);
            }
        }

        if (isComplete)
        {
            foreach (var missing in allowed.Where(question => question.IsRequired && !seen.Contains(question.LinkId)))
            {
                Object(issues, $"{place}.item", $"The item {missing.LinkId} is required of what is completed.");
            }
        }
    }

    private static void Check(FormItem question, JsonElement item, string at, bool isComplete, List<Issue> issues)
    {
        var answers = item.Items("answer").ToList();
        if (question.Type is "group" or "display" && answers.Count > 0)
        {
            Object(issues, $"{at}.answer", $"The item {question.LinkId} is a {question.Type} and has no answer.");
        }

        if (question.IsRequired && isComplete && answers.Count == 0)
        {
            Object(issues, $"{at}.answer", $"The item {question.LinkId} is required of what is completed.");
        }

        if (answers.Count > 1 && !question.Repeats)
        {
            Object(issues, $"{at}.answer", $"The item {question.LinkId} has one answer.");
        }

        foreach (var (index, answer) in answers.Index())
        {
            Check(question, answer, $"{at}.answer[{index}]", issues);
            Check(question.Type == "group" ? [] : question.Items, answer, $"{at}.answer[{index}]", isComplete, issues);
        }

        Check(question.Type == "group" ? question.Items : [], item, at, isComplete, issues);
    }

    private static void Check(FormItem question, JsonElement answer, string at, List<Issue> issues)
    {
        if (question.Codes.Count == 0)
        {
            return;
        }

        var coding = answer.At("valueCoding");
        if (coding.ValueKind != JsonValueKind.Object)
        {
            Object(issues, at, $"The item {question.LinkId} is answered by a valueCoding.");
        }
        else if (!question.Codes.Contains($"{coding.Text("system")}|{coding.Text("code")}"))
        {
            var codes = string.Join(", ", question.Codes.Select(code => code.Split('|')[1]));
            Object(issues, $"{at}.valueCoding", $"The item {question.LinkId} is answered by one of {codes} of its code system.");
        }
    }

    private static void Object(List<Issue> issues, string place, string rule) =>
        issues.Add(new(IssueSeverity.Error, "business-rule", rule, place));
}
