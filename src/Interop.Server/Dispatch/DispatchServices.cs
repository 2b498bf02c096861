namespace Interop.Server.Dispatch;

/// <summary>The parts of this room.</summary>
internal static class DispatchServices
{
    public static void AddDispatch(this IServiceCollection services) => services.AddSingleton<IncidentIntake>();
}
