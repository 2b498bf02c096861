using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Desk;

/// <summary>One call: the five questions with a clock, what the table recommends, and what a person decides.</summary>
public sealed class CallModel : AppPage
{
    private const string Form = Codes.Base + "/Questionnaire/screen-5";

    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    /// <summary>When the asking began: what the page said when it was opened.</summary>
    [BindProperty]
    public string? Began { get; set; }

    [BindProperty]
    public string? Model { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    [BindProperty]
    public string? NotSent { get; set; }

    public Encounter Encounter { get; private set; } = new();

    public Questionnaire? Questions { get; private set; }

    /// <summary>The last screening; null while nobody has asked.</summary>
    public QuestionnaireResponse? Screening { get; private set; }

    /// <summary>What was decided, the last first.</summary>
    public IReadOnlyList<ServiceRequest> Decisions { get; private set; } = [];

    /// <summary>Codes of who should go, all of them.</summary>
    public IReadOnlyList<string> Recommended => Result("model");

    /// <summary>Codes of who may go as well.</summary>
    public IReadOnlyList<string> Instead => Result("instead");

    public string? Seconds => Result("seconds") is [var seconds, ..] ? seconds : null;

    /// <summary>Every question that is answered by a choice, those inside a group with the others.</summary>
    public IEnumerable<Questionnaire.ItemComponent> Asked => (Questions?.Item ?? [])
        .SelectMany(item => item.Type == Questionnaire.QuestionnaireItemType.Group ? item.Item : [item]);

    public bool IsOver => Encounter.Status is Encounter.EncounterStatus.Finished or Encounter.EncounterStatus.Cancelled;

    public async Task<IActionResult> OnGetAsync()
    {
        Began = Now();
        return await LoadAsync() ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostScreenAsync()
    {
        if (!await LoadAsync() || Questions is not { } form)
        {
            return NotFound();
        }

        var items = form.Item.Select(Answered).OfType<QuestionnaireResponse.ItemComponent>().ToList();
        var isWhole = Asked.Where(question => question.Required == true).All(question => Request.Form[question.LinkId!].Count > 0);
        var response = new QuestionnaireResponse
        {
            Questionnaire = $"{form.Url}|{form.Version}",
            Status = isWhole
                ? QuestionnaireResponse.QuestionnaireResponseStatus.Completed
                : QuestionnaireResponse.QuestionnaireResponseStatus.InProgress,
            Subject = Encounter.Subject,
            Encounter = new($"Encounter/{Id}"),
            Authored = Now(),
            Author = new(Me),
            Item = items,
        };
        if (When.Read(Began) is { } began && began <= When.Now)
        {
            response.AddExtension(Codes.Extension("screening-period"), new Period { Start = Began, End = Now() });
        }

        return await TryAsync(() => Api.PostAsync<QuestionnaireResponse>("QuestionnaireResponse", response))
            ? LocalRedirect($"/app/dispatch/{Id}")
            : Page();
    }

    public async Task<IActionResult> OnPostDecideAsync()
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        var isSent = !string.IsNullOrEmpty(Model);
        if (!isSent && string.IsNullOrEmpty(NotSent))
        {
            Object(T["Choose who goes, or say why nobody does."]);
            return Page();
        }

        var decision = new ServiceRequest
        {
            Status = isSent ? RequestStatus.Active : RequestStatus.Revoked,
            Intent = RequestIntent.Order,
            Code = Codes.Concept("response-model", isSent ? Model! : Recommended is [var first, ..] ? first : "crt"),
            Subject = Encounter.Subject!,
            Encounter = new($"Encounter/{Id}"),
            AuthoredOn = Now(),
            Requester = new(Me),
        };
        if (!isSent)
        {
            decision.AddExtension(Codes.Extension("not-sent-reason"), Codes.Concept("not-sent-reason", NotSent!));
        }
        else if (!string.IsNullOrEmpty(Reason))
        {
            decision.AddExtension(Codes.Extension("override-reason"), Codes.Concept("override-reason", Reason));
        }

        return await TryAsync(() => Api.PostAsync<ServiceRequest>("ServiceRequest", decision))
            ? LocalRedirect($"/app/dispatch/{Id}?done=decided")
            : Page();
    }

    private string Now() => When.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private QuestionnaireResponse.ItemComponent? Answered(Questionnaire.ItemComponent question)
    {
        if (question.Type == Questionnaire.QuestionnaireItemType.Group)
        {
            var inner = question.Item.Select(Answered).OfType<QuestionnaireResponse.ItemComponent>().ToList();
            return inner.Count > 0 ? new() { LinkId = question.LinkId, Item = inner } : null;
        }

        var given = question.AnswerOption.Select(option => option.Value).OfType<Coding>()
            .FirstOrDefault(coding => Request.Form[question.LinkId!] == coding.Code);
        return given is null ? null : new()
        {
            LinkId = question.LinkId,
            Answer = [new() { Value = new Coding(given.System, given.Code) }],
        };
    }

    private IReadOnlyList<string> Result(string part) => [.. (Screening?.GetExtension(Codes.Extension("screening-result"))?.Extension ?? [])
        .Where(one => one.Url == part).Select(one => $"{one.Value}")];

    private async Task<bool> LoadAsync()
    {
        if (!IsId(Id) || await Api.ReadAsync<Encounter>($"Encounter/{Id}") is not { } encounter)
        {
            return false;
        }

        Encounter = encounter;
        var suffix = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es" ? "-es" : string.Empty;
        Questions = await Api.FirstAsync<Questionnaire>($"Questionnaire?url={Form}{suffix}");
        Screening = (await Api.FindAsync<QuestionnaireResponse>($"QuestionnaireResponse?encounter=Encounter/{Id}&_sort=-authored&_count=5"))
            .FirstOrDefault(one => one.Questionnaire?.StartsWith(Form, StringComparison.Ordinal) == true);
        Decisions = [.. (await Api.FindAsync<ServiceRequest>($"ServiceRequest?encounter=Encounter/{Id}&_sort=-authored&_count=20"))
            .Where(one => one.Intent == RequestIntent.Order && Codes.Of(one.Code, "response-model") is not null)];
        return true;
    }
}
