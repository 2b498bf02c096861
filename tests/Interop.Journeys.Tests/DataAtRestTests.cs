using System.Runtime.Versioning;

namespace Interop.Journeys.Tests;

/// <summary>The files of both processes are their owner's alone, from their first moment and after a careless restore.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DataAtRestTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everyone = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly string folder = Directory.CreateTempSubdirectory("interop-rest-").FullName;

    private string Database => Path.Combine(folder, "interop.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_servers_database_its_log_and_its_memory_are_the_owners_alone()
    {
        await using var server = await RunningServer.StartAsync(Database);
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));

        var trail = Path.Combine(folder, "interop-audit.db");
        Assert.Equal(
            [trail, trail + "-shm", trail + "-wal", Database, Database + "-shm", Database + "-wal"],
            Directory.GetFiles(folder).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_new_folder_is_the_owners_alone_as_well()
    {
        var inner = Path.Combine(folder, "data");
        await using var server = await RunningServer.StartAsync(Path.Combine(inner, "interop.db"));

        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(inner));
    }

    [Fact]
    public async Task What_a_restored_copy_left_open_is_closed_at_start()
    {
        await (await RunningServer.StartAsync(Database)).DisposeAsync();
        File.SetUnixFileMode(Database, Everyone);

        await using var server = await RunningServer.StartAsync(Database);

        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_folder_in_which_others_may_write_is_refused_with_a_sentence()
    {
        File.SetUnixFileMode(folder, Owner | UnixFileMode.UserExecute | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);

        var server = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => RunningServer.StartAsync(Database));
        var issuer = await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => RunningIssuer.StartAsync($"--Identity:Database=sqlite:{Path.Combine(folder, "identity.db")}"));

        Assert.Equal("Others may write to the folder of the database: take that right away (chmod o-w) first.", server.Message);
        Assert.Equal(server.Message, issuer.Message);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task The_issuers_database_and_keys_are_closed_too()
    {
        var database = Path.Combine(folder, "identity.db");
        var keys = Path.Combine(folder, "keys");
        string[] settings = [$"--Identity:Database=sqlite:{database}", $"--Identity:KeyFolder={keys}"];
        await using var first = await RunningIssuer.StartAsync(settings);
        File.SetUnixFileMode(database, Everyone);
        File.SetUnixFileMode(keys, Everyone | UnixFileMode.UserExecute);

        await using var second = await RunningIssuer.StartAsync(settings);

        Assert.Contains(database, Directory.GetFiles(folder));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(Owner, File.GetUnixFileMode(file)));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
    }
}
