using System.Diagnostics;
using System.Text;

namespace Interop.Testing;

/// <summary>
/// One of our programs as a process: where it listens, on a port that the system gave it (<c>--urls=http://127.0.0.1:0</c>), is read from
/// what it says, all of which is kept.
/// </summary>
public sealed class ServingProcess : IDisposable
{
    /// <summary>The setting that makes a program say where it listens, whatever else it keeps to itself.</summary>
    public const string SaysWhere = "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information";

    private const string Announcement = "Now listening on: ";
    private readonly StringBuilder said = new();
    private readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;
    private readonly string announcement;

    private ServingProcess(ProcessStartInfo start, string announcement)
    {
        this.announcement = announcement;
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        process = new() { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Exited +=
            (_, _) => address.TrySetException(new InvalidOperationException($"The process ended before it listened.\n{Said}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>By which the system knows the process.</summary>
    public int Id => process.Id;

    /// <summary>Everything so far, output and errors; complete after <see cref="KillAsync"/>.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    /// <param name="announcement">What stands before its address, once it can be asked.</param>
    /// <param name="patience">How long it may take to say that; two minutes when null.</param>
    public static async Task<ServingProcess> StartAsync(
        ProcessStartInfo start, string announcement = Announcement, TimeSpan? patience = null)
    {
        var serving = new ServingProcess(start, announcement);
        try
        {
            serving.Address = await serving.address.Task.WaitAsync(patience ?? TimeSpan.FromMinutes(2));
            return serving;
        }
        catch
        {
            serving.Dispose();
            throw;
        }
    }

    /// <summary>Kills it without a word (SIGKILL) and waits for the end of all that it said.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }

        if (line?.IndexOf(announcement, StringComparison.Ordinal) is { } start and >= 0)
        {
            address.TrySetResult(new(line[(start + announcement.Length)..].Trim().Split(' ')[0]));
        }
    }
}
