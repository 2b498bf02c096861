namespace Interop.Storage.Tests.SqlServer;

public sealed class SqlServerResourceStoreTests() : ResourceStoreContract(new SqlServerDatabase())
{
    protected override Database Fresh() => new SqlServerDatabase();
}
