using Interop.Server.Settings;

namespace Interop.Server.Guard.Exports;

/// <summary>The parts of exports.</summary>
internal static class ExportServices
{
    /// <param name="exports">Null where nothing is exported.</param>
    public static void AddExports(this IServiceCollection services, ExportSettings? exports)
    {
        if (exports is null)
        {
            return;
        }

        services.AddSingleton(new ExportFiles(exports));
        services.AddSingleton<ExportSignal>();
        services.AddSingleton<ExportPages>();
        services.AddSingleton<GuardedExports>();
        services.AddHostedService<ExportWorker>();
    }
}
