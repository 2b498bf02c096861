using Interop.Server.Guard;

namespace Interop.Server.Oversight;

/// <summary>The parts of this room.</summary>
internal static class OversightServices
{
    public static void AddOversight(this IServiceCollection services)
    {
        services.AddSingleton<SnoopingWatch>();
        services.AddSingleton<ILookupWatch, SnoopingAlerts>();
        services.AddSingleton<EmergencyAccess>();
    }
}
