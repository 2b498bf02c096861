using System.Text.Json;
using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Server.Authoring;
using Interop.Server.Forms;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;
using Task = System.Threading.Tasks.Task;

namespace Interop.Server.Voices;

/// <summary>
/// When a day is over, its answers are stored: all at one instant and in the order of their random ids, so that no row tells which came
/// first. With each comes its score, an Observation that can be counted and says nothing else.
/// </summary>
internal sealed class SurveyNight(
    GuardedStore store, Secrets secrets, InteropSettings settings, TimeProvider clock, ILogger<SurveyNight> logger)
    : PeriodicWork(TimeSpan.FromMinutes(1), "Answers to surveys could not be stored and wait", clock, logger)
{
    private const int AtOnce = 500;

    /// <summary>Stores what waits from days that are over, and removes links that nobody used in time.</summary>
    public override async Task PassAsync(CancellationToken cancellationToken)
    {
        while (await HasWorkAsync(cancellationToken))
        {
            await store.WriteAsOperatorAsync(settings.Custodian, Pass, cancellationToken);
        }
    }

    private async Task<bool> HasWorkAsync(CancellationToken cancellationToken)
    {
        await using var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken);
        return snapshot.HasSurveyWork();
    }

    private bool Pass(GuardedTransaction transaction)
    {
        transaction.Surveys.RemoveOld();
        var due = transaction.Surveys.TakeDue(AtOnce);
        foreach (var body in due)
        {
            using var document = JsonDocument.Parse(body, FhirJson.Parsing);
            var response = document.RootElement;
            var key = new ResourceKey("QuestionnaireResponse", response.Text("id")!);
            transaction.Put(key, settings.Custodian, body.ToArray());
            if (ScoreOf(key, response) is { } score)
            {
                transaction.Put(score.Key, settings.Custodian, score.Json);
            }
        }

        if (due.Count > 0)
        {
            transaction.Audit(
                FhirInteraction.Create, "QuestionnaireResponse", "permit", detail => detail.WriteNumber("answers", due.Count));
        }

        return due.Count > 0;
    }

    private MappedResource? ScoreOf(ResourceKey key, JsonElement response)
    {
        var form = Survey.Set.Of(response.Text("questionnaire"));
        var survey = Survey.All.FirstOrDefault(survey => form is not null && survey.Forms.Contains(form));
        var answer = response.Items("item").FirstOrDefault(item => item.Text("linkId") == Survey.Satisfaction)
            .Items("answer").FirstOrDefault();
        var option = form?.Items.First(item => item.LinkId == Survey.Satisfaction).Options.GetValueOrDefault(FormItem.CodingOf(answer));
        return survey is null || option?.Score is not { } score ? null : MappedResource.Of(new Observation
        {
            Id = NameBasedId.Of(secrets.Key.Span, $"survey-score|{key}"),
            Status = ObservationStatus.Final,
            Category = [new("http://terminology.hl7.org/CodeSystem/observation-category", "survey")],
            Code = new(SurveyRules.Scores, survey.Score),
            Effective = new FhirDateTime(response.Text("authored")),
            Value = new Integer(score),
            DerivedFrom = [key.ToReference()],
        });
    }
}
