namespace Interop.Testing;

/// <summary>
/// Tests that share one server and scene, class by class: they read, are refused, or write what no other test of the class looks at.
/// Starting a server takes longer than most of them.
/// </summary>
public abstract class SharedSceneTests(SharedScene scene) : SceneTests, IClassFixture<SharedScene>
{
    public sealed override Task DisposeAsync() => Task.CompletedTask;

    private protected sealed override async Task<RunningServer> SetAsync() => scene.Server ??= await base.SetAsync();
}

/// <summary>The server of a class, from its first test to its last.</summary>
public sealed class SharedScene : IAsyncLifetime
{
    internal RunningServer? Server { get; set; }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
