namespace Interop.Identity.Tests;

/// <summary>What an issuer under test keeps its tables in.</summary>
public enum Database
{
    Sqlite,
    Postgres,
}
