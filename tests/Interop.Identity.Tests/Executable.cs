using System.Diagnostics;

namespace Interop.Identity.Tests;

/// <summary>The issuer's executable, as an operator runs it beside an instance and on its database.</summary>
internal static class Executable
{
    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int Status, string Output)> RunAsync(RunningIssuer beside, params string[] arguments)
    {
        using var process = Process.Start(Command(beside, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, ((await output) + (await error)).Trim());
    }

    /// <summary>Another instance, on a port of its own.</summary>
    public static Task<ServingProcess> ServeAsync(RunningIssuer beside, params string[] settings) =>
        ServingProcess.StartAsync(Command(beside, ["serve", "--urls=http://127.0.0.1:0", ServingProcess.SaysWhere, .. settings]));

    private static ProcessStartInfo Command(RunningIssuer beside, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(InteropIdentity).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true
        };
        start.Environment["Identity__Database"] = beside.DatabaseSetting;
        start.Environment["Identity__KeyFolder"] = beside.Settings.KeyFolder;
        start.Environment["Identity__Agreements"] = "external";
        start.Environment["Identity__Issuer"] = beside.Issuer;
        return start;
    }
}
