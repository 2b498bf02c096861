using Interop.Server.Guard;

namespace Interop.Server.Staff;

/// <summary>The parts of this room.</summary>
internal static class StaffServices
{
    public static void AddStaff(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, TrainingRule>();
        services.AddSingleton<StaffReader>();
    }
}
