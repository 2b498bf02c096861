namespace Interop.Storage.Tests.SqlServer;

public sealed class SqlServerDatabase : Database
{
    // Made at the first use: a class whose tests are skipped is made, too.
    private readonly Lazy<string> connectionString = new(SqlServerInstance.CreateDatabase);

    public override string Setting => "sqlserver:" + connectionString.Value;

    public override void Tamper(string sql) => SqlServerInstance.Run(connectionString.Value, sql);

    public override void TamperWithTrail(string sql) => Tamper(sql);

    public override void Dispose()
    {
        if (connectionString.IsValueCreated)
        {
            SqlServerInstance.DropDatabase(connectionString.Value);
        }
    }
}
