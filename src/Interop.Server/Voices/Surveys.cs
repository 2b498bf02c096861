using System.Globalization;
using Interop.Server.Guard;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Policy;
using Interop.Sharing.Redaction;

namespace Interop.Server.Voices;

/// <summary>
/// Links to anonymous surveys, and the answers that come by them. Nothing is kept by which an answer could be led back to its link, or a
/// link to whom it was given: not the code, not the address that it came from, not the minute.
/// </summary>
internal sealed class Surveys(GuardedStore store, ValidBody valid, InteropSettings settings)
{
    public const int MostLinks = 500;
    private const int MostDays = 92;
    private const string Expires = "Parameters.parameter.where(name='expires')";

    /// <summary>New codes, good for one answer each until the end of a day of the site.</summary>
    /// <param name="until">As it was sent; null for the last day of the next month, which says little of when they were made.</param>
    /// <exception cref="FhirException">403 for anybody but the programme's staff that keeps records. 400: the day.</exception>
    public Task<(IReadOnlyList<string> Codes, DateOnly Until)> MakeAsync(
        Caller caller, Survey survey, int count, string? until, CancellationToken cancellationToken)
    {
        caller.Demand("Questionnaire", SmartRight.Read);
        return store.WriteAsync(
            caller,
            transaction =>
            {
                if (caller.Organization != settings.Custodian || caller.Individual is not null || transaction.Sight.OwnTier != Tier.Own)
                {
                    throw new FhirException(IssueCode.Forbidden, "Only who keeps the programme's records hands out links to its surveys.");
                }

                var today = settings.DayAt(transaction.Instant);
                var last = until is null ? today.AddDays(1 - today.Day).AddMonths(2).AddDays(-1) : DayOf(until, today);
                var codes = Enumerable.Range(0, count).Select(_ => SurveyCode.New()).ToList();
                transaction.Surveys.Add(codes.Select(SurveyCode.HashOf), survey.Name, EndOf(last));
                transaction.Audit(
                    FhirInteraction.Operation,
                    $"Questionnaire/{survey.Name}/$survey-links",
                    "permit",
                    detail => detail.WriteNumber("links", count));
                return ((IReadOnlyList<string>)codes, last);
            },
            cancellationToken);
    }

    /// <summary>The form that a code opens, in a language; null where it opens nothing (any more).</summary>
    public async Task<Disclosure?> OpenAsync(string code, string language, CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        return Survey.Of(snapshot.SurveyOf(SurveyCode.HashOf(code)))?.Forms.FirstOrDefault(form => form.Language == language) is { } open
            ? snapshot.Read(new("Questionnaire", open.Id), Sights.OfDirectory(snapshot.Instant))
            : null;
    }

    /// <summary>Keeps an answer until the end of the day, and uses its code up; false where the code opens nothing (any more).</summary>
    /// <param name="response">A QuestionnaireResponse, as it was sent.</param>
    /// <exception cref="FhirException">400 or 422: it is no answer to the survey, or says more. The code stays good.</exception>
    public async Task<bool> AnswerAsync(string code, byte[] response, CancellationToken cancellationToken)
    {
        var hash = SurveyCode.HashOf(code);
        Survey? survey;
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            survey = Survey.Of(snapshot.SurveyOf(hash));
        }

        if (survey is null)
        {
            return false;
        }

        var answer = SurveyAnswer.Read(survey, valid.Of("QuestionnaireResponse", null, response));
        return await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                if (!transaction.Surveys.Take(hash, survey.Name))
                {
                    return false; // somebody else was quicker
                }

                var (id, today) = (Guid.NewGuid().ToString(), settings.DayAt(transaction.Instant));
                transaction.Surveys.Keep(id, EndOf(today), answer.Written(id, MondayOf(today)));
                return true;
            },
            cancellationToken);
    }

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static DateOnly DayOf(string text, DateOnly today) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day >= today && day <= today.AddDays(MostDays)
            ? day
            : throw new FhirException(
                IssueCode.Value, $"The parameter expires is a day from today to {MostDays} days ahead, such as 2026-12-31.", Expires);

    /// <summary>UTC microseconds.</summary>
    private long EndOf(DateOnly day) => settings.StartOf(day.AddDays(1));
}
