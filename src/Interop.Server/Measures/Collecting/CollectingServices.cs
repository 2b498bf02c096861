using Interop.Server.Routing;
using Interop.Server.Settings;

namespace Interop.Server.Measures.Collecting;

/// <summary>The parts of this room, where something is evaluated.</summary>
internal static class CollectingServices
{
    public static void AddCollecting(this IServiceCollection services) => services.AddSingleton<CollectedData>();

    public static void Map(FhirRoutes fhir, InteropSettings settings)
    {
        if (settings.Evaluation is not null)
        {
            CollectData.Map(fhir);
        }
    }
}
