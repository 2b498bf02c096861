using Interop.Fhir.Terminology;

namespace Interop.Server.Guard.Tables;

/// <summary>The parts of this room.</summary>
internal static class TableServices
{
    /// <param name="limited">Path of a site's table of what evaluators are shown; null for the one that comes with the server.</param>
    public static void AddTables(this IServiceCollection services, string? limited, TerminologySet terminology)
    {
        services.AddSingleton(LimitedTable.From(limited, terminology));
        services.AddSingleton<TableEyes>();
        services.AddSingleton<GuardedTables>();
        services.AddSingleton<StoredViews>();
        services.AddSingleton<TypeRule, ViewLibraryRule>();
    }
}
