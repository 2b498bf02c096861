namespace Interop.Hosting;

/// <summary>The files <c>appsettings.json</c> of a process.</summary>
public static class SettingsFiles
{
    /// <summary>
    /// The arguments with the host's word not to watch the files: settings are read once. The watcher has a thread, and walks through all
    /// folders below the one in which the process was started, however many there are
    /// (https://learn.microsoft.com/aspnet/core/fundamentals/configuration/#disable-reload-on-change).
    /// </summary>
    public static string[] ReadOnce(string[] args) => ["--hostBuilder:reloadConfigOnChange=false", .. args];
}
