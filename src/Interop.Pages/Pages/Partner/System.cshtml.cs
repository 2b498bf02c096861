using Interop.Pages.Fhir;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Mvc;

namespace Interop.Pages.Pages.Partner;

/// <summary>One system of an agency: its keys, and how far it has come in the sandbox.</summary>
public sealed class SystemModel(IssuerApi issuer) : AppPage
{
    [BindProperty(SupportsGet = true)]
    public string Id { get; set; } = string.Empty;

    public RegisteredClient Client { get; private set; } = null!;

    /// <summary>Null where the sandbox can't be asked, and for what is live.</summary>
    public SandboxChecklist? Checklist { get; private set; }

    /// <summary>Whether this person's agency is the programme, which lets systems out of the sandbox.</summary>
    public bool MayRelease => PageSession.AgencyOf(User) == Site.Custodian;

    public SentKeys Sent { get; private set; } = SentKeys.None;

    public Task<IActionResult> OnGetAsync() => ShownAsync();

    public async Task<IActionResult> OnPostPrepareAsync()
    {
        var list = IsId(Id) ? await issuer.ChecklistAsync(Id, prepares: true) : null;
        return await AfterAsync(list is { IsPrepared: true } ? null : string.Empty);
    }

    public async Task<IActionResult> OnPostKeysAsync()
    {
        Sent = SentKeys.Of(Request.Form);
        if (Sent.ToJson() is not { } keys)
        {
            Object(T["Give an address or a key set, not both. A key set is a JSON object."]);
            return await ShownAsync();
        }

        return await AfterAsync(IsId(Id) ? await issuer.SetKeysAsync(Id, keys) : string.Empty);
    }

    public async Task<IActionResult> OnPostLiveAsync() => await AfterAsync(IsId(Id) ? await issuer.GoLiveAsync(Id) : string.Empty);

    public async Task<IActionResult> OnPostRevokeAsync() =>
        await AfterAsync(IsId(Id) ? await issuer.RevokeAsync(Id) : string.Empty, "/app/agency?done=saved");

    private async Task<IActionResult> AfterAsync(string? objection, string? then = null)
    {
        if (objection is null)
        {
            return LocalRedirect(then ?? $"/app/agency/systems/{Id}?done=saved");
        }

        ObjectAsTold(objection, T["The issuer did not do it."]);
        return await ShownAsync();
    }

    private async Task<IActionResult> ShownAsync()
    {
        if (!IsId(Id) || await issuer.ClientAsync(Id) is not { } client)
        {
            return NotFound();
        }

        Client = client;
        Checklist = client.Status == "sandbox" ? await issuer.ChecklistAsync(Id) : null;
        return Page();
    }
}
