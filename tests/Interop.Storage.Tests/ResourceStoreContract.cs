using Xunit;

namespace Interop.Storage.Tests;

/// <summary>What every database must do. One sealed subclass per database supplies it.</summary>
public abstract partial class ResourceStoreContract(Database database) : IAsyncLifetime
{
    private ResourceStore store = null!;

    protected abstract Database Fresh();

    public async Task InitializeAsync() => store = await database.OpenAsync();

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        database.Dispose();
    }
}
