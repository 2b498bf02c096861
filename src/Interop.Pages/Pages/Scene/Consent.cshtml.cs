using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Scene;

/// <summary>
/// The form on which a person says what she permits or refuses, in her words: the Questionnaire that the server has. What is filed is
/// what <c>Consent/$file-consent</c> makes of the answers.
/// </summary>
public sealed class ConsentModel : AppPage
{
    private const long MostBytes = 8 << 20;

    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    /// <summary>The incident from which somebody came here.</summary>
    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    /// <summary>In which language the person is asked.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Speak { get; set; }

    public PersonBanner Person { get; private set; } = new(null, []);

    public Questionnaire? Questions { get; private set; }

    public IReadOnlyList<Organization> Agencies { get; private set; } = [];

    /// <summary>Who may have heard it: colleagues, by <c>Practitioner/id</c>.</summary>
    public IReadOnlyList<(string Reference, string Name)> Witnesses { get; private set; } = [];

    /// <summary>What was filed: the person's copy.</summary>
    public IReadOnlyList<string> Copy { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? filed)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (IsId(filed) && await Api.ReadAsync<Consent>($"Consent/{filed}") is { } consent)
        {
            Copy = SummarySection.LinesOf(consent.Text?.Div);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? signature)
    {
        if (!await LoadAsync() || Questions is null)
        {
            return NotFound();
        }

        var response = new QuestionnaireResponse
        {
            Questionnaire = $"{Questions.Url}|{Questions.Version}",
            Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
            Subject = new($"Patient/{Id}"),
            Authored = When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture),
            Author = new(Me),
        };
        foreach (var question in Questions.Item)
        {
            var answers = await AnswersToAsync(question, signature);
            if (answers.Count > 0)
            {
                response.Item.Add(new() { LinkId = question.LinkId, Answer = answers });
            }
        }

        string? filed = null;
        var parameters = new Parameters { Parameter = [new() { Name = "document", Resource = response }] };
        return await TryAsync(async () => filed = await Api.FileAsync("Consent/$file-consent", parameters))
            ? LocalRedirect($"/app/consent/{Id}?done=filed&filed={filed}&from={(IsId(From) ? From : null)}")
            : Page();
    }

    /// <summary>What of the form's answers is asked after the decision: the rest is left out, as the form says.</summary>
    private async Task<List<QuestionnaireResponse.AnswerComponent>> AnswersToAsync(
        Questionnaire.ItemComponent question, IFormFile? signature)
    {
        var given = Request.Form[question.LinkId!].Where(value => value is { Length: > 0 }).Select(value => value!).ToList();
        var isAsked = question.EnableWhen.All(when => when.Answer is Coding coding
            && Request.Form[when.Question!].Contains(coding.Code));
        if (!isAsked)
        {
            return [];
        }

        switch (question.Type)
        {
            case Questionnaire.QuestionnaireItemType.Choice:
                return [.. question.AnswerOption.Select(option => option.Value).OfType<Coding>()
                    .Where(coding => given.Contains(coding.Code!))
                    .Select(coding => Answer(new Coding(coding.System, coding.Code)))];
            case Questionnaire.QuestionnaireItemType.Reference:
                return [.. given.Select(reference => Answer(new ResourceReference(reference)))];
            case Questionnaire.QuestionnaireItemType.Date:
                return [.. given.Select(day => Answer(new Date(day)))];
            case Questionnaire.QuestionnaireItemType.Attachment when signature is { Length: > 0 and <= MostBytes }:
                using (var copy = new MemoryStream())
                {
                    await signature.CopyToAsync(copy, HttpContext.RequestAborted);
                    return [Answer(new Attachment { ContentType = signature.ContentType, Data = copy.ToArray() })];
                }

            default:
                return [];
        }

        static QuestionnaireResponse.AnswerComponent Answer(DataType value) => new() { Value = value };
    }

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Patient>($"Patient/{Id}") is not { } person)
        {
            return false;
        }

        Person = new(person, []);
        Speak ??= System.Globalization.CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        Questions = await Api.ReadAsync<Questionnaire>($"Questionnaire/consent-on-scene{(Speak == "es" ? "-es" : string.Empty)}");
        Agencies = [.. (await Api.FindAsync<Organization>("Organization?active=true&_sort=name&_count=50"))
            .Where(house => $"Organization/{house.Id}" != Agency)];
        var roles = await Api.SearchAsync($"PractitionerRole?organization={Agency}&_include=PractitionerRole:practitioner&_count=50");
        Witnesses = [.. ById<Practitioner>(roles).Where(one => one.Key != Me)
            .Select(one => (one.Key, People.NameOf(one.Value.Name) ?? one.Key))];
        return true;
    }
}
