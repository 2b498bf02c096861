namespace Interop.Storage.Tests;

/// <summary>A fresh, real database for one test.</summary>
public abstract class Database : IDisposable
{
    /// <summary>The setting that opens it.</summary>
    public abstract string Setting { get; }

    public virtual Task<ResourceStore> OpenAsync() => ResourceStore.OpenAsync(Setting, CancellationToken.None);

    /// <summary>Runs SQL behind the store's back, as somebody with access to the file could.</summary>
    public abstract void Tamper(string sql);

    /// <summary>The same in the database of the audit trail.</summary>
    public abstract void TamperWithTrail(string sql);

    public abstract void Dispose();
}
