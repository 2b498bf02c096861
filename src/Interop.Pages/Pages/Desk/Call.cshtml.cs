using System.Globalization;
using Hl7.Fhir.Model;
using Interop.Pages.Looks;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Desk;

/// <summary>One call: the five questions with a clock, what the table recommends, and what a person decides.</summary>
public sealed class CallModel : AppPage
{
    private const string TransferOutcome = "transfer-outcome";
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

    /// <summary>What became of a call that 988 has.</summary>
    [BindProperty]
    public string? Outcome { get; set; }

    public Encounter Encounter { get; private set; } = new();

    public PersonBanner Person { get; private set; } = new(null, []);

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

    /// <summary>The call is with 988, and nobody has said what became of it; null for none.</summary>
    public ServiceRequest? Transfer => Looks.Decisions.OpenTransferAmong(Decisions);

    /// <summary>988 gave the call back, and nobody has decided anew.</summary>
    public bool IsBack => Decisions is [var last, ..]
        && Codes.Of(Looks.Decisions.OutcomeOf(last), TransferOutcome) is "returned" or "emergency" or "not-reached";

    /// <summary>Dispatch has closed the call, and it still needs a team or a reason.</summary>
    public bool IsOwed { get; private set; }

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

        var decision = Ordered(isSent ? Model! : Recommended is [var first, ..] ? first : "crt");
        if (!isSent)
        {
            decision.Status = RequestStatus.Revoked;
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

    /// <summary>Who keeps records completes what was decided; who only adds to them adds that it is completed.</summary>
    public async Task<IActionResult> OnPostOutcomeAsync(string? version)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (Transfer is not { } transfer)
        {
            Object(T["Somebody else was faster. This is how it stands now."]);
            return Page();
        }

        if (Names.In(TransferOutcome).All(known => known.Code != Outcome))
        {
            Object(T["Choose what became of the person."]);
            return Page();
        }

        return await TryAsync(() => CallList.KeepsRecords(User)
                ? Api.PatchAsync<ServiceRequest>($"ServiceRequest/{transfer.Id}", version, Completing(transfer))
                : Api.PostAsync<ServiceRequest>("ServiceRequest", Completed(transfer)))
            ? LocalRedirect($"/app/dispatch/{Id}?done=outcome")
            : await LoadAsync() ? Page() : NotFound();
    }

    private object[] Completing(ServiceRequest transfer)
    {
        var outcome = new
        {
            url = Codes.Extension(TransferOutcome),
            valueCodeableConcept = new { coding = new[] { new { system = Codes.System(TransferOutcome), code = Outcome } } },
        };
        return
        [
            new { op = "replace", path = "/status", value = "completed" },
            transfer.Extension.Count == 0
                ? new { op = "add", path = "/extension", value = (object)new[] { outcome } }
                : new { op = "add", path = "/extension/-", value = (object)outcome },
        ];
    }

    /// <summary>Another request that says so, and why 988 was chosen where the first one does.</summary>
    private ServiceRequest Completed(ServiceRequest transfer)
    {
        var completed = Ordered(Looks.Decisions.Transfer);
        completed.Status = RequestStatus.Completed;
        completed.BasedOn = [new($"ServiceRequest/{transfer.Id}")];
        completed.AddExtension(Codes.Extension(TransferOutcome), Codes.Concept(TransferOutcome, Outcome!));
        if (transfer.GetExtension(Codes.Extension("override-reason")) is { } why)
        {
            completed.Extension.Add(why);
        }

        return completed;
    }

    private ServiceRequest Ordered(string model) => new()
    {
        Status = RequestStatus.Active,
        Intent = RequestIntent.Order,
        Code = Codes.Concept("response-model", model),
        Subject = Encounter.Subject!,
        Encounter = new($"Encounter/{Id}"),
        AuthoredOn = Now(),
        Requester = new(Me),
    };

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
        Decisions = Looks.Decisions.Of(
            await Api.FindAsync<ServiceRequest>($"ServiceRequest?encounter=Encounter/{Id}&_sort=-authored&_count=50"));
        IsOwed = IsOver && await Api.CountAsync($"{CallList.Tasks}&encounter=Encounter/{Id}") > 0;
        var person = IsId(Codes.IdOf(encounter.Subject)) ? await Api.ReadAsync<Patient>($"Patient/{Codes.IdOf(encounter.Subject)}") : null;
        Person = new(person, await FlagsOfAsync(person));
        return true;
    }
}
