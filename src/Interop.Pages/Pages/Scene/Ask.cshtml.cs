using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace Interop.Pages.Pages.Scene;

/// <summary>One instrument, asked in an incident: the answers go to the server, which scores them and says what is dangerous.</summary>
public sealed class AskModel : AppPage
{
    private const string UriSystem = "urn:ietf:rfc:3986";

    /// <summary>Of the Encounter.</summary>
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    /// <summary>Id of the Questionnaire.</summary>
    [BindProperty(SupportsGet = true, Name = "form")]
    public string FormId { get; set; } = string.Empty;

    public Questionnaire Form { get; private set; } = new();

    public Patient? Person { get; private set; }

    /// <summary>A name that the answers get (RFC 4122): who sends them twice keeps them once.</summary>
    public string Urn { get; private set; } = $"urn:uuid:{Guid.NewGuid()}";

    /// <summary>What the server made of the answers; null until they are sent.</summary>
    public Observation? Score { get; private set; }

    public string Result => Score?.Value switch
    {
        Integer { Value: { } sum } => sum.ToString(CultureInfo.CurrentCulture),
        CodeableConcept level => T[Names.Of("risk-level", Codes.Of(level, "risk-level"))],
        _ => string.Empty,
    };

    /// <summary>What has to be done at once, in the server's words.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    private string? Subject { get; set; }

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        Urn = Guid.TryParse(Given("urn").ToString().Split(':')[^1], out var name) ? $"urn:uuid:{name}" : Urn;
        var condition = $"identifier={UriSystem}|{Urn}";
        if (await TryAsync(async () => Warnings = await Api.RecordAsync("QuestionnaireResponse", condition, Answers())))
        {
            Score = await Api.FirstAsync<Observation>($"Observation?derived-from:QuestionnaireResponse.{condition}");
        }

        return Page();
    }

    /// <summary>What was sent under a name; none before anything is.</summary>
    public StringValues Given(string name) => Request.HasFormContentType ? Request.Form[name] : StringValues.Empty;

    private QuestionnaireResponse Answers() => new()
    {
        Identifier = new(UriSystem, Urn),
        Questionnaire = $"{Form.Url}|{Form.Version}",
        Status = QuestionnaireResponse.QuestionnaireResponseStatus.Completed,
        Subject = new(Subject),
        Encounter = new($"Encounter/{Id}"),
        Authored = When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        Author = new(Me),
        Item =
        [
            .. Form.Item
                .Select(question => (question.LinkId, Codings: question.AnswerOption.Select(option => option.Value).OfType<Coding>()
                    .Where(coding => Given(question.LinkId!).Contains(coding.Code)).ToList()))
                .Where(answer => answer.Codings.Count > 0)
                .Select(answer => new QuestionnaireResponse.ItemComponent
                {
                    LinkId = answer.LinkId,
                    Answer = [.. answer.Codings.Select(coding => new QuestionnaireResponse.AnswerComponent
                    {
                        Value = new Coding(coding.System, coding.Code),
                    })],
                }),
        ],
    };

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || !IsId(FormId)
            || await Api.ReadAsync<Encounter>($"Encounter/{Id}") is not { Subject.Reference: { } subject } encounter
            || !IsId(Codes.IdOf(encounter.Subject))
            || await Api.ReadAsync<Questionnaire>($"Questionnaire/{FormId}") is not { } form
            || form.Code.All(code => code.System != "http://loinc.org"))
        {
            return false;
        }

        (Form, Subject, Person) = (form, subject, await Api.ReadAsync<Patient>(subject));
        return true;
    }
}
