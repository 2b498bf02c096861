using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Voices;

/// <summary>What an anonymous survey says comes by a link: whoever could write it by another way could write it for somebody.</summary>
internal static class SurveyRules
{
    public const string Scores = CrisisProfiles.Base + "/CodeSystem/survey-score";

    /// <summary>Answers.</summary>
    public sealed class OfAnswers() : TypeRule("QuestionnaireResponse")
    {
        public override WriteResult.Refused? Reached(ResourceStep step) =>
            Survey.Set.IsAnsweredBy(step.After) || (step.Before is { } before && Survey.Set.IsAnsweredBy(before))
                ? new(
                    IssueCode.BusinessRule,
                    "A survey is answered by its link (QuestionnaireResponse/$answer-survey), and an answer stays as it is.",
                    "QuestionnaireResponse.questionnaire")
                : null;
    }

    /// <summary>Their scores.</summary>
    public sealed class OfScores() : TypeRule("Observation")
    {
        public override WriteResult.Refused? Reached(ResourceStep step) =>
            IsScore(step.After) || (step.Before is { } before && IsScore(before))
                ? new(IssueCode.BusinessRule, "The score of a survey follows from an answer to it.", "Observation.code")
                : null;

        private static bool IsScore(ReadOnlyMemory<byte> observation)
        {
            using var document = JsonDocument.Parse(observation, FhirJson.Parsing);
            return document.RootElement.At("code").Items("coding").Any(coding => coding.Text("system") == Scores);
        }
    }
}
