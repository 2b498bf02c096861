namespace Interop.Server.Guard.Tables;

/// <summary>The parts of this room.</summary>
internal static class TableServices
{
    public static void AddTables(this IServiceCollection services)
    {
        services.AddSingleton<GuardedTables>();
        services.AddSingleton<StoredViews>();
        services.AddSingleton<TypeRule, ViewLibraryRule>();
    }
}
