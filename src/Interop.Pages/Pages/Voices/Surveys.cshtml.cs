using Hl7.Fhir.Model;

namespace Interop.Pages.Pages.Voices;

/// <summary>Links to anonymous surveys, made for handing out. What they bring is read as QuestionnaireResponses.</summary>
public sealed class SurveysModel : AppPage
{
    private static readonly string[] Known = ["survey-client", "survey-partner"];

    /// <summary>Shown once, and kept nowhere.</summary>
    public IReadOnlyList<string> Links { get; private set; } = [];

    public string? Until { get; private set; }

    public async System.Threading.Tasks.Task OnPostAsync(string? survey, int count)
    {
        if (!Known.Contains(survey))
        {
            return;
        }

        var asked = new Parameters { Parameter = [new() { Name = "count", Value = new Integer(count) }] };
        await TryAsync(async () =>
        {
            var made = await Api.PostAsync<Parameters>($"Questionnaire/{survey}/$survey-links", asked);
            Until = made.Parameter.Select(parameter => parameter.Value).OfType<Date>().FirstOrDefault()?.Value;
            Links =
            [
                .. made.Parameter.SelectMany(parameter => parameter.Part).Where(part => part.Name == "url")
                    .Select(part => (part.Value as FhirUrl)?.Value).OfType<string>(),
            ];
        });
    }
}
