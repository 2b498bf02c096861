namespace Interop.Storage.Tests;

public sealed class PostgresResourceStoreTests() : ResourceStoreContract(new PostgresDatabase())
{
    protected override Database Fresh() => new PostgresDatabase();
}
