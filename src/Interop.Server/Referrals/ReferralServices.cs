using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.Referrals;

/// <summary>The parts of this room.</summary>
internal static class ReferralServices
{
    public static void AddReferrals(this IServiceCollection services)
    {
        services.AddSingleton<ReferralBasis>();
        services.AddSingleton<TreatmentBasis>();
        services.AddSingleton<RecipientRoom>();
        services.AddSingleton<ReferralDeadline>();
        services.AddSingleton<IChangeWatch>(provider => provider.GetRequiredService<ReferralDeadline>());
        services.AddSingleton<IDeadline>(provider => provider.GetRequiredService<ReferralDeadline>());
        services.AddSingleton<TypeRule, TaskRule>();
        services.AddSingleton<TypeRule, ReferralRule>();
        services.AddSingleton<TypeRule, BusinessStatusRule>();
        services.AddSingleton<TypeRule, TreatmentRule>();
        services.AddSingleton<TypeRule, WithdrawalRule>();
    }
}
