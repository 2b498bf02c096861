namespace Interop.Demo;

/// <summary>Where a demo keeps what it has.</summary>
/// <param name="Folder">Keys and tokens, and the databases where they are files.</param>
/// <param name="Database"><c>postgres:CONNECTION STRING</c> for all three of them, each in a schema of its own; null for files.</param>
public sealed record DemoPlace(string Folder, string? Database)
{
    /// <summary>Path of a model's file; null where nothing is predicted.</summary>
    public string? Model { get; init; }

    /// <summary>The city's settings of early intervention. A month of it is too few people to tell whether they have changed.</summary>
    internal string[] OfModel => Model is null ? [] :
    [
        $"--Interop:EarlyIntervention:Model={Model}", "--Interop:EarlyIntervention:Contact=The programme's office, 555-0100",
        "--Interop:EarlyIntervention:StratumMinimum=100000",
    ];

    /// <summary>The setting of a server's database.</summary>
    internal string Of(PrivateFolder folder, string name) =>
        Database is null ? $"sqlite:{folder.File($"{name}.db")}" : $"{Database};Search Path={name}";

    /// <summary>The issuer's settings of its database: what encrypts in it stays in the folder.</summary>
    internal string[] OfIssuer(PrivateFolder folder) =>
    [
        $"--Identity:Database={Database ?? $"sqlite:{folder.File("identity.db")}"}",
        $"--Identity:KeyFolder={folder.File("identity.db.keys")}",
    ];

    /// <summary>For people: a connection string may hold a password.</summary>
    public override string ToString() => Database is null ? Folder : "the given database";
}
