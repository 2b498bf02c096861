namespace Interop.Server.Guard.Changes;

/// <summary>The parts of this room.</summary>
internal static class ChangeServices
{
    public static void AddChanges(this IServiceCollection services)
    {
        services.AddSingleton<ValidBody>();
        services.AddSingleton<Relabelling>();
        services.AddSingleton<DispatchDesk>();
        services.AddSingleton<ResourceChanges>();
        services.AddSingleton<Patches>();
        services.AddSingleton<GuardedWrites>();
        services.AddSingleton<ConditionalWrites>();
    }
}
