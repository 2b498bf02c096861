using Interop.Identity.Accounts;
using Interop.Identity.Http;
using Interop.Identity.Invitations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Secret = Interop.Identity.Tokens.Secret;

namespace Interop.Identity.Pages;

/// <summary>A person opens her account with the code that the programme's staff gave her.</summary>
internal sealed class OpenAccountModel(SignIn signIn, InvitationStore invitations, RequestLimits limits) : PageModel
{
    private const string Role = "individual";
    private const string Purpose = "PATRQT";

    [BindProperty]
    public string Code { get; set; } = string.Empty;

    [BindProperty]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    public string Password { get; set; } = string.Empty;

    public string? Problem { get; private set; }

    public bool IsOpen { get; private set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var cancellationToken = HttpContext.RequestAborted;
        var remote = HttpContext.Connection.RemoteIpAddress?.ToString();
        var hash = Secret.Hash(new string([.. (Code ?? string.Empty).Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]));
        if (await limits.RefuseSignInAsync($"invitation {hash}", remote, cancellationToken) is not null)
        {
            Problem = "There were too many attempts. Try again in a quarter of an hour.";
            return Page();
        }

        var accountId = Secret.NewId();
        if (await invitations.TakeAsync(hash, accountId, cancellationToken) is not { } invitation)
        {
            Problem = "The code is not known, was used, or is older than a week. Ask the programme for another.";
            return Page();
        }

        await limits.SucceededAsync($"invitation {hash}", remote, cancellationToken);
        try
        {
            await signIn.AddAsync(
                new()
                {
                    AccountId = accountId,
                    UserName = UserName ?? string.Empty,
                    DisplayName = UserName ?? string.Empty,
                    Organization = invitation.Organization,
                    Roles = Role,
                    Purposes = Purpose,
                    FhirUser = invitation.FhirUser,
                    Patient = invitation.Patient,
                },
                Password ?? string.Empty,
                cancellationToken);
            IsOpen = true;
        }
        catch (SettingsException wrong)
        {
            await invitations.GiveBackAsync(hash, accountId, CancellationToken.None);
            Problem = wrong.Message;
        }

        return Page();
    }
}
