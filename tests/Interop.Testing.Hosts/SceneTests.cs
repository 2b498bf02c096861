namespace Interop.Testing;

/// <summary>Tests of one running server on which a scene is set: the custodian is there, the rest is the test's.</summary>
public abstract class SceneTests : IAsyncLifetime
{
    protected const string Custodian = "crisis-program";

    protected RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await SetAsync();

    public virtual async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>What the server is started with, such as <c>--Interop:Exports:Folder=...</c>.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    /// <summary>Resources that the custodian keeps.</summary>
    protected virtual IReadOnlyList<string> Scene => [];

    private protected virtual async Task<RunningServer> SetAsync()
    {
        var server = await RunningServer.StartAsync(settings: [.. Settings]);
        await server.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
        return server;
    }
}
