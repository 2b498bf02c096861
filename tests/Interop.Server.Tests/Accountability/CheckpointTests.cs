using Interop.Server.Tests.Commands;
using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.Accountability;

/// <summary>Checkpoints that a server leaves outside the database, and what <c>interop verify-audit</c> finds by them.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-test-").FullName;

    [Fact]
    public async Task A_trail_is_as_the_checkpoints_of_all_runs_saw_it()
    {
        await RunAsync(3);
        await RunAsync(2);

        var (status, text) = await VerifyAsync();

        Assert.Equal(0, status);
        Assert.Contains("checkpoints saw it", text, StringComparison.Ordinal);
        Assert.True(File.ReadAllLines(Checkpoints).Length >= 3);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Checkpoints + ".key"));
        }
    }

    [Theory]
    [InlineData("DELETE FROM audit; DELETE FROM head; DELETE FROM audit_patient", "error row 1 ")]
    [InlineData(
        "DELETE FROM audit WHERE sequence > 2; DELETE FROM audit_patient WHERE sequence > 2;"
            + " UPDATE head SET sequence = 2, hash = (SELECT hash FROM audit WHERE sequence = 2)",
        "error row 3 ")]
    [InlineData("UPDATE audit SET outcome = 'absent' WHERE sequence = 2", "error row 2 ")]
    public async Task Whoever_changes_the_trail_or_takes_it_away_is_found(string tampering, string told)
    {
        await RunAsync(5);
        Tamper(tampering);

        var (status, text) = await VerifyAsync();

        Assert.Equal(1, status);
        Assert.Contains(told, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_line_that_was_changed_or_is_gone_is_found(int line)
    {
        await RunAsync(2);
        await RunAsync(2);
        var lines = File.ReadAllLines(Checkpoints).ToList();
        var copy = Path.Combine(folder, "copy");
        File.WriteAllLines(copy, lines.Where((_, number) => number != line));
        File.WriteAllLines(
            Checkpoints,
            lines.Select((text, number) => number == line ? text.Replace("1:", "2:", StringComparison.Ordinal) : text));

        var (changed, text) = await VerifyAsync();
        var (gone, _) = await VerifyAsync("--checkpoints", copy, "--key", Checkpoints + ".pub");

        Assert.Equal((1, 1), (changed, gone));
        Assert.Contains("of the checkpoints was changed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_stops_the_start()
    {
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => RunningServer.StartAsync(
            Path.Combine(folder, "interop.db"), null, $"--Interop:AuditCheckpoints={Path.Combine(folder, "nowhere", "file")}"));

        Assert.Contains("Interop:AuditCheckpoints", wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Checkpoints => Path.Combine(folder, "checkpoints");

    private async Task RunAsync(int requests)
    {
        await using var server = await RunningServer.StartAsync(
            Path.Combine(folder, "interop.db"), null, $"--Interop:AuditCheckpoints={Checkpoints}");
        using var stranger = server.WithToken(null);
        for (var number = 0; number < requests; number++)
        {
            using var refused = await stranger.GetAsync($"Patient/{number}");
        }

        await server.StopAsync();
    }

    private Task<(int Status, string Text)> VerifyAsync(params string[] further) => Verb.RunAsync(
        ["verify-audit", $"--database=sqlite:{Path.Combine(folder, "interop.db")}",
            .. further.Length > 0 ? further : ["--checkpoints", Checkpoints]]);

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "interop-audit.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
