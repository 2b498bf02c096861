using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.FollowUp;

/// <summary>The parts of this room.</summary>
internal static class FollowUpServices
{
    public static void AddFollowUps(this IServiceCollection services)
    {
        services.AddSingleton<FollowUps>();
        services.AddSingleton<IChangeWatch, FollowUpDeadlines>();
        services.AddSingleton<FollowUpBreach>();
        services.AddSingleton<IDeadline>(provider => provider.GetRequiredService<FollowUpBreach>());
        services.AddSingleton<IDeadline, FollowUpEscalation>();
        services.AddSingleton<TypeRule, EncounterRule>();
        services.AddSingleton<TypeRule, AttemptRule>();
        services.AddSingleton<TypeRule, SafeContactRule>();
        services.AddSingleton<TypeRule, RefusalRule>();
        services.AddSingleton<TypeRule, WithdrawalMark>();
        services.AddSingleton<TypeRule, FollowUpEndRule>();
    }
}
