using Interop.Identity.Accounts;

namespace Interop.Testing;

/// <summary>Somebody with an account, who can sign in and allow a client.</summary>
internal sealed record Person(RunningIssuer Issuer, string UserName, byte[]? Factor)
{
    public const string Password = "correct horse battery";

    public static async Task<Person> AddAsync(
        RunningIssuer issuer,
        string userName = "ana",
        bool hasFactor = true,
        string agency = "Organization/general-hospital",
        string? patient = "patient-1",
        string? fhirUser = "Practitioner/ana")
    {
        var factor = hasFactor ? Totp.NewSecret() : null;
        var signIn = issuer.Get<SignIn>();
        var account = new Account
        {
            AccountId = "account-" + userName,
            UserName = userName,
            DisplayName = "Ana <Lima>",
            Organization = agency,
            Roles = "clinician",
            Purposes = "TREAT",
            FhirUser = fhirUser,
            Patient = patient,
            Totp = factor is null ? null : signIn.Protect(factor),
        };
        await signIn.AddAsync(account, Password, CancellationToken.None);
        return new(issuer, userName, factor);
    }

    /// <summary>A code that has not been used: time passes to the next step.</summary>
    public string NextCode()
    {
        Issuer.Clock.Advance(TimeSpan.FromSeconds(30));
        return Totp.Code(Factor!, Issuer.Clock.GetUtcNow());
    }

    /// <summary>Opens an address, signs in where asked, and says yes where asked.</summary>
    /// <returns>Where the browser was sent in the end, or null when it is still at the issuer.</returns>
    public async Task<string?> AllowAsync(Browser browser, string path)
    {
        var target = await browser.OpenAsync(path);
        if (target is null && browser.Path.StartsWith("/sign-in", StringComparison.Ordinal))
        {
            target = await browser.SubmitAsync(("UserName", UserName), ("Password", Password));
        }

        if (target is null && browser.Path.StartsWith("/second-factor", StringComparison.Ordinal))
        {
            target = await browser.SubmitAsync(("Code", NextCode()));
        }

        return target is null && browser.Path.StartsWith("/consent", StringComparison.Ordinal)
            ? await browser.SubmitAsync(("Decision", "allow"))
            : target;
    }
}
