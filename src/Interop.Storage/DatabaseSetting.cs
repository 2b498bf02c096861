using Interop.Storage.Dialects;

namespace Interop.Storage;

/// <summary>What a setting says of a database, before one is opened.</summary>
public static class DatabaseSetting
{
    /// <summary>What is wrong with it, without what it holds; null where nothing is.</summary>
    public static string? ObjectionTo(string database)
    {
        try
        {
            _ = Dialect.Of(database);
            return null;
        }
        catch (ArgumentException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>Whether a database was ever opened there: who only looks makes none.</summary>
    public static async Task<bool> ExistsAsync(string database, CancellationToken cancellationToken)
    {
        var dialect = Dialect.Of(database);
        try
        {
            return await dialect.ExistsAsync(cancellationToken);
        }
        finally
        {
            await dialect.CloseAsync();
        }
    }
}
