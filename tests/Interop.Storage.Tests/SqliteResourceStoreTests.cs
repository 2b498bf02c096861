namespace Interop.Storage.Tests;

public sealed class SqliteResourceStoreTests() : ResourceStoreContract(new SqliteDatabase())
{
    protected override Database Fresh() => new SqliteDatabase();
}
