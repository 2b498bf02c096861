using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Interop.Server.Tests.Durability;

/// <summary>A damaged database ends the program with a sentence for its operator and a status, whatever was to be done with it.</summary>
public sealed class DamagedDatabaseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("interop-damaged-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("header")]
    [InlineData("cut")]
    [InlineData("pages")]
    [InlineData("newer")]
    [InlineData("other")]
    public async Task A_damaged_database_is_a_sentence(string damage)
    {
        var path = Path.Combine(folder, $"{damage}.db");
        await using (var server = await RunningServer.StartAsync(path))
        {
            await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1"));
        }

        SqliteConnection.ClearAllPools();
        await DamageAsync(path, damage, "setting");
        await DamageAsync(Path.Combine(folder, $"{damage}-audit.db"), damage, "audit");

        foreach (var verb in new string[][]
                 {
                     [
                         "serve",
                         "--urls=http://127.0.0.1:0",
                         $"--Interop:Database=sqlite:{path}",
                         "--Interop:Issuers:0:Authority=http://127.0.0.1:1",
                         "--Interop:Issuers:0:Audience=x",
                         "--Interop:Issuers:0:Agencies:0=*"
                     ],
                     ["verify-audit", $"--database=sqlite:{path}"],
                     ["explain", "--caller", "Organization/a", "--patient", "Patient/p1", $"--database=sqlite:{path}"],
                     ["migrate", $"--database=sqlite:{path}"],
                 })
        {
            var (status, text) = await RunAsync(verb);

            // A verb that touches no damaged page may do its work.
            Assert.True(status == 2 || (verb[0] != "serve" && damage == "pages" && status <= 1), $"{verb[0]} {status} {text}");
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.True(status != 2 || text.Trim().Split('\n').Length == 1, text);
        }
    }

    private static async Task DamageAsync(string path, string damage, string table)
    {
        switch (damage)
        {
            case "nonsense":
                await File.WriteAllTextAsync(path, new string('x', 10_000));
                break;
            case "header":
                await using (var file = File.OpenWrite(path))
                {
                    file.Write(new byte[100]);
                }

                break;
            case "cut":
                await using (var file = File.OpenWrite(path))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "pages":
                await using (var file = File.OpenWrite(path))
                {
                    var noise = new byte[4096];
                    Array.Fill(noise, (byte)0xA5);
                    for (file.Position = 2 * 4096; file.Position < file.Length;)
                    {
                        file.Write(noise);
                    }
                }

                break;
            default:
                await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
                {
                    await connection.OpenAsync();
                    await using var command = connection.CreateCommand();
                    command.CommandText = damage == "newer"
                        ? "INSERT INTO schema_migration (number, name) VALUES (9999, 'later')"
                        : $"DROP TABLE {table}";
                    await command.ExecuteNonQueryAsync();
                }

                break;
        }
    }

    private static async Task<(int Status, string Text)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "interop.dll")).Prepend("exec"))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return (-1, "It went on running. " + await output + await errors);
        }

        return (process.ExitCode, await output + await errors);
    }
}
