using System.Security.Cryptography;
using Interop.Identity.Accounts;
using Interop.Identity.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using QRCoder;

namespace Interop.Identity.Pages;

/// <summary>Gives the signed-in person a second factor; replacing one takes a session that had the old one.</summary>
internal sealed class EnrolModel(SignIn signIn, Browsers browsers, IDataProtectionProvider protection) : PageModel
{
    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("enrol").ToTimeLimitedDataProtector();

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    [BindProperty]
    public string Code { get; set; } = string.Empty;

    /// <summary>The new secret, encrypted, so that nothing is kept before it is confirmed.</summary>
    [BindProperty]
    public string Sealed { get; set; } = string.Empty;

    public string Key { get; private set; } = string.Empty;

    public string Uri { get; private set; } = string.Empty;

    /// <summary>The address as a QR code, an SVG element of our own making.</summary>
    public string Picture
    {
        get
        {
            using var code = QRCodeGenerator.GenerateQrCode(Uri, QRCodeGenerator.ECCLevel.M);
            return new SvgQRCode(code).GetGraphic(4);
        }
    }

    public string? Problem { get; private set; }

    public IReadOnlyList<string>? RecoveryCodes { get; private set; }

    public string Next => FormTargets.Local(ReturnUrl);

    public async Task<IActionResult> OnGetAsync()
    {
        if (await FindAsync() is not { } person)
        {
            return RedirectToPage("/SignIn", new { returnUrl = ReturnUrl });
        }

        Show(Totp.NewSecret(), person);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not { } person)
        {
            return RedirectToPage("/SignIn", new { returnUrl = ReturnUrl });
        }

        if (Unseal(person) is not { } secret)
        {
            return RedirectToPage("/Enrol", new { returnUrl = ReturnUrl });
        }

        var remote = HttpContext.Connection.RemoteIpAddress?.ToString();
        RecoveryCodes = await signIn.EnrolAsync(person.Account, secret, Code ?? string.Empty, remote, HttpContext.RequestAborted);
        if (RecoveryCodes is null)
        {
            Problem = "The code does not match. Check the clock of your device and try the next code.";
            Show(secret, person);
            return Page();
        }

        await browsers.EndAsync(HttpContext, person);
        await browsers.StartAsync(HttpContext, person.Account, "pwd otp mfa");
        return Page();
    }

    private async Task<SignedIn?> FindAsync() =>
        await browsers.FindAsync(HttpContext) is { } person && (person.Session.HasSecondFactor || !person.Account.HasSecondFactor)
            ? person
            : null;

    private void Show(byte[] secret, SignedIn person)
    {
        Key = Totp.Base32(secret);
        Uri = Totp.Uri(secret, person.Account.UserName);
        Sealed = protector.Protect(person.Account.AccountId + " " + Convert.ToBase64String(secret), TimeSpan.FromMinutes(15));
        ModelState.Clear();
    }

    private byte[]? Unseal(SignedIn person)
    {
        try
        {
            return protector.Unprotect(Sealed ?? string.Empty).Split(' ') is [var owner, var secret] && owner == person.Account.AccountId
                ? Convert.FromBase64String(secret)
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
