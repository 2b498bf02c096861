using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.Outcomes;

/// <summary>The parts of this room.</summary>
internal static class OutcomeServices
{
    public static void AddOutcomes(this IServiceCollection services)
    {
        services.AddSingleton<OwedOutcomes>();
        services.AddSingleton<TypeRule, OutcomeRule>();
        services.AddSingleton<TypeRule, EndedEncounterRule>();
        services.AddSingleton<TypeRule>(new KeptTaskRule(
            OwedOutcomes.Code, "The server keeps the Tasks of outcomes: one ends when each fact was said by an Observation."));
    }
}
