using Interop.Server.Guard;
using Interop.Server.Tasks;

namespace Interop.Server.Calls;

/// <summary>The parts of this room.</summary>
internal static class CallServices
{
    /// <param name="table">Path of a site's decision table; null for the one that comes with the server.</param>
    public static void AddCalls(this IServiceCollection services, string? table)
    {
        services.AddSingleton(ScreeningTable.From(table));
        services.AddSingleton<Proposals>();
        services.AddSingleton<OpenCalls>();
        services.AddSingleton<TypeRule, ScreeningRule>();
        services.AddSingleton<TypeRule, ResponseRule>();
        services.AddSingleton<TypeRule, CallRule>();
        services.AddSingleton<TypeRule>(new KeptTaskRule(
            OpenCalls.Code,
            "The server keeps the Tasks of calls: one ends when a ServiceRequest says who was sent, or why nobody was."));
        services.AddSingleton(ScreeningForm.Set);
    }
}
