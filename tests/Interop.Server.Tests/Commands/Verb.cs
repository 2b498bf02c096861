using System.Diagnostics;

namespace Interop.Server.Tests.Commands;

/// <summary>The server's executable, run as a person runs it.</summary>
internal static class Verb
{
    public static Task<(int Status, string Text)> RunAsync(params string[] arguments) => RunAsync(new DirectoryInfo("."), arguments);

    /// <param name="folder">Where the person stands.</param>
    public static Task<(int Status, string Text)> RunAsync(DirectoryInfo folder, params string[] arguments) =>
        RunAsync(folder, [], arguments);

    /// <param name="settings">Environment variables such as <c>Interop__Database</c>.</param>
    public static Task<(int Status, string Text)> RunAsync(Dictionary<string, string> settings, params string[] arguments) =>
        RunAsync(new DirectoryInfo("."), settings, arguments);

    private static async Task<(int Status, string Text)> RunAsync(
        DirectoryInfo folder, Dictionary<string, string> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "interop.dll"), .. arguments])
        {
            WorkingDirectory = folder.FullName, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
