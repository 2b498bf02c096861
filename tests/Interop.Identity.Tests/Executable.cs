using System.Diagnostics;

namespace Interop.Identity.Tests;

/// <summary>The issuer's executable, as an operator runs it beside an instance and on its database.</summary>
internal static class Executable
{
    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int Status, string Output)> RunAsync(RunningIssuer beside, params string[] arguments)
    {
        using var process = Start(beside, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, ((await output) + (await error)).Trim());
    }

    public static Process Start(RunningIssuer beside, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(InteropIdentity).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Identity__Database"] = beside.DatabaseSetting;
        start.Environment["Identity__KeyFolder"] = beside.Settings.KeyFolder;
        start.Environment["Identity__Agreements"] = "external";
        start.Environment["Identity__Issuer"] = beside.Issuer;
        return Process.Start(start)!;
    }

    /// <summary>Waits until the instance that was started answers.</summary>
    public static async Task AnswersAsync(Process process, HttpClient http)
    {
        while (true)
        {
            try
            {
                Assert.Equal("ok", await http.GetStringAsync("/health/live"));
                return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }
}
