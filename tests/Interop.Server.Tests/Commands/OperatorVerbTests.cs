using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.Commands;

/// <summary>What an operator does at night: copies a running server's database, puts a copy back, and asks whether all is well.</summary>
public sealed class OperatorVerbTests : SceneTests, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-operator-").FullName;

    protected override IReadOnlyList<string> Scene =>
    [
        Fixtures.Organization("city-hospital", "hospital"), Fixtures.Agreement("city-hospital"), Fixtures.Patient("ana"),
        Fixtures.Consent("permit", "ana", "city-hospital"), Fixtures.Encounter("visit", "ana"),
        Fixtures.Condition("mood", "ana", encounter: "visit"),
    ];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_copy_of_a_running_server_is_put_back_and_answers_alike()
    {
        using var before = Server.As("hospital");
        var seen = await before.GetJsonAsync("Condition/mood");

        var (copied, copyText) = await DoAsync("backup", In("copy"));
        var (again, againText) = await DoAsync("backup", In("copy"));
        var restored = In("restored/interop.db");
        var (put, putText) = await Verb.RunAsync("restore", In("copy"), "--database", $"sqlite:{restored}");
        var (over, overText) = await Verb.RunAsync("restore", In("copy"), "--database", $"sqlite:{restored}");
        var (well, wellText) = await DoctorAsync(restored);
        await using var other = await RunningServer.StartAsync(restored, Server.Clock);
        using var after = other.As("hospital");

        Assert.True(copied == 0, copyText);
        Assert.Equal(2, again);
        Assert.Contains("is there already", againText, StringComparison.Ordinal);
        Assert.True(put == 0, putText);
        Assert.Equal(2, over);
        Assert.Contains("is there already", overText, StringComparison.Ordinal);
        Assert.True(well == 0, wellText);
        Assert.Equal($"{seen}", $"{await after.GetJsonAsync("Condition/mood")}");
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(In("copy/interop-audit.db")).ToString() == "UserWrite, UserRead");
    }

    [Theory]
    [InlineData(
        "UPDATE index_token SET tier = 1 WHERE resource = (SELECT key FROM resource WHERE id = 'mood')", "Condition/mood: index_token")]
    [InlineData("UPDATE resource SET labels = 0, tier = 1 WHERE id = 'mood'", "Condition/mood: resource")]
    [InlineData("UPDATE sharing_grant SET tier = 3 WHERE subject = 'ana'", "Patient/ana: sharing_grant")]
    [InlineData("DELETE FROM reach WHERE subject = 'ana'", "Condition/mood: reach")]
    [InlineData("DELETE FROM case_relation", "Encounter/visit: case_relation")]
    public async Task Rows_that_would_not_be_compiled_so_are_named_and_nothing_is_changed(string tampering, string named)
    {
        Change(tampering);

        var (status, text) = await DoctorAsync(Server.Database);
        var (again, _) = await DoctorAsync(Server.Database);

        Assert.True(status == 1, text);
        Assert.Contains($"error {named}", text, StringComparison.Ordinal);
        Assert.Equal(1, again);
    }

    [Fact]
    public async Task An_issuer_that_does_not_answer_is_named()
    {
        var (status, text) = await DoctorAsync(Server.Database, "http://127.0.0.1:1");

        Assert.Equal(1, status);
        Assert.Contains("ok 22 resources", text, StringComparison.Ordinal);
        Assert.Contains("error http://127.0.0.1:1 does not answer", text, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(folder, name);

    private Task<(int Status, string Text)> DoAsync(params string[] arguments) =>
        Verb.RunAsync([.. arguments, "--database", $"sqlite:{Server.Database}"]);

    private Task<(int Status, string Text)> DoctorAsync(string database, string? issuer = null) => Verb.RunAsync(
        new Dictionary<string, string>
        {
            ["Interop__Database"] = $"sqlite:{database}",
            ["Interop__Issuers__0__Authority"] = issuer ?? Server.Issuer.Authority,
            ["Interop__Issuers__0__Audience"] = "interop",
            ["Interop__Issuers__0__Agencies__0"] = "*",
        },
        "doctor");

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Server.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }
}
