using Interop.Server.Guard;
using Interop.Server.ServiceDirectory.Hsds;

namespace Interop.Server.ServiceDirectory;

/// <summary>The parts of this room.</summary>
internal static class ServiceDirectoryServices
{
    public static void AddServiceDirectory(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, CapacityRule>();
        services.AddSingleton<HsdsImport>();
    }
}
