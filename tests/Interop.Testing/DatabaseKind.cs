namespace Interop.Testing;

/// <summary>What a program under test keeps its tables in.</summary>
public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
