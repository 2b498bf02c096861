namespace Interop.Server.Tests.Durability;

/// <summary>Two servers on one PostgreSQL, which begin at the same time.</summary>
public abstract class PostgresPair : IAsyncLifetime
{
    protected const string Custodian = "crisis-program";

    /// <summary>As <c>Interop:Database</c> names what both have.</summary>
    protected string Setting { get; private set; } = null!;

    protected RunningServer One { get; private set; } = null!;

    protected RunningServer Other { get; private set; } = null!;

    /// <summary>What both take for the time; null for one of each.</summary>
    protected virtual TestClock? Clock => null;

    protected virtual string[] Settings => [];

    /// <summary>Resources that the custodian keeps.</summary>
    protected abstract IReadOnlyList<string> Scene { get; }

    public virtual async Task InitializeAsync()
    {
        ServerDatabase.Kind = DatabaseKind.Postgres;
        Setting = await ServerDatabase.CreateAsync();
        var servers = await Task.WhenAll(
            RunningServer.StartAsync(Setting, Clock, Settings), RunningServer.StartAsync(Setting, Clock, Settings));
        (One, Other) = (servers[0], servers[1]);
        await One.ImportAsync(Custodian, [Fixtures.Organization(Custodian, "crisis-program"), .. Scene]);
    }

    public virtual async Task DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        await ServerDatabase.DropAsync(Setting);
    }
}
