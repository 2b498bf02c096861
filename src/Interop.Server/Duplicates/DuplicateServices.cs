using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.Duplicates;

/// <summary>The parts of this room.</summary>
internal static class DuplicateServices
{
    public static void AddDuplicates(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, DuplicateRule>();
        services.AddSingleton<TypeRule, DuplicateTaskRule>();
        services.AddSingleton<IDeadline, DuplicateSearch>();
    }
}
