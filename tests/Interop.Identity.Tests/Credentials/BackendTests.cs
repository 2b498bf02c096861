namespace Interop.Identity.Tests.Credentials;

/// <summary>Tests of one issuer with a backend client.</summary>
public abstract class BackendTests(DatabaseKind database) : IAsyncLifetime
{
    private protected RunningIssuer issuer = null!;
    private protected Registered client = null!;

    public async Task InitializeAsync()
    {
        issuer = await RunningIssuer.StartAsync(database);
        client = await Registered.BackendAsync(issuer);
    }

    public async Task DisposeAsync() => await issuer.DisposeAsync();
}
