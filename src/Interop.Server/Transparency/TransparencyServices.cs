using Interop.Server.Routing;
using Interop.Server.Settings;

namespace Interop.Server.Transparency;

/// <summary>The parts of this room. Nothing of it is there where the site has not turned it on.</summary>
internal static class TransparencyServices
{
    /// <param name="settings">Of which <c>Interop:PublicReports</c> turns it on.</param>
    public static void AddTransparency(this IServiceCollection services, InteropSettings settings)
    {
        if (settings.PublishesReports)
        {
            services.AddSingleton<SignedReports>();
        }
    }

    public static void Map(FhirRoutes fhir, InteropSettings settings)
    {
        if (settings.PublishesReports)
        {
            PublishedReports.Map(fhir);
        }
    }
}
