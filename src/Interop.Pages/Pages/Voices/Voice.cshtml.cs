using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Voices;

/// <summary>
/// An anonymous survey, opened by a link that works once. Whoever is signed in at this browser, nothing of that goes along.
/// </summary>
public sealed class VoiceModel : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string? Code { get; set; }

    /// <summary>The survey; null where the link opens nothing (any more).</summary>
    public Questionnaire? Questions { get; private set; }

    public bool IsKept => Done == "kept";

    public async System.Threading.Tasks.Task OnGetAsync()
    {
        if (!IsKept)
        {
            await LoadAsync();
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return Page();
        }

        var response = new QuestionnaireResponse
        {
            Questionnaire = $"{Questions!.Url}|{Questions.Version}",
            Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
            Item =
            [
                .. Questions.Item.Select(question => (question.LinkId, Answer: AnswerTo(question))).Where(item => item.Answer is not null)
                    .Select(item => new QuestionnaireResponse.ItemComponent
                    {
                        LinkId = item.LinkId, Answer = [new() { Value = item.Answer }],
                    }),
            ],
        };
        var sent = new Parameters
        {
            Parameter = [new() { Name = "code", Value = new FhirString(Code) }, new() { Name = "response", Resource = response }],
        };

        // The address that stays in the browser is without the code.
        return await TryAsync(() => Api.PostOpenAsync<OperationOutcome>("QuestionnaireResponse/$answer-survey", sent))
            ? LocalRedirect("/app/voice?done=kept")
            : Page();
    }

    /// <summary>What was chosen or typed, where the page comes back.</summary>
    public string? Given(string link) => Request.HasFormContentType ? Request.Form[link].ToString() : null;

    private DataType? AnswerTo(Questionnaire.ItemComponent question)
    {
        if (Given(question.LinkId!)?.Trim() is not { Length: > 0 } given)
        {
            return null;
        }

        return question.Type == Questionnaire.QuestionnaireItemType.String
            ? new FhirString(given.ReplaceLineEndings("\n"))
            : question.AnswerOption.Select(option => option.Value).OfType<Coding>()
                .Where(coding => coding.Code == given)
                .Select(coding => new Coding(coding.System, coding.Code))
                .FirstOrDefault();
    }

    private async Task<bool> LoadAsync()
    {
        try
        {
            if (Code is { Length: > 0 })
            {
                var language = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
                Questions = await Api.PostOpenAsync<Questionnaire>("Questionnaire/$open-survey", new Parameters
                {
                    Parameter =
                    [
                        new() { Name = "code", Value = new FhirString(Code) }, new() { Name = "language", Value = new Code(language) },
                    ],
                });
            }
        }
        catch (FhirRefusedException closed) when (closed.IsAbsent)
        {
            Questions = null;
        }

        Response.StatusCode = Questions is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return Questions is not null;
    }
}
