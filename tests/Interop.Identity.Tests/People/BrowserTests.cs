namespace Interop.Identity.Tests.People;

/// <summary>Tests of one issuer with an app for people, a person, and the browser in front of that person.</summary>
public abstract class BrowserTests(DatabaseKind database) : IAsyncLifetime
{
    private protected readonly DatabaseKind kind = database;
    private protected RunningIssuer issuer = null!;
    private protected Registered app = null!;
    private protected Person person = null!;
    private protected Browser browser = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(kind);
        app = await Registered.AppAsync(issuer);
        person = await Person.AddAsync(issuer);
        browser = Browser.At(issuer);
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        await issuer.DisposeAsync();
    }
}
