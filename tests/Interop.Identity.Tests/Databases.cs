namespace Interop.Identity.Tests;

// What the issuer does must not depend on its database: each contract runs on both.
public sealed class SqliteAccountTests() : AccountTests(Database.Sqlite);

public sealed class PostgresAccountTests() : AccountTests(Database.Postgres);

public sealed class SqliteAuthorizationCodeTests() : AuthorizationCodeTests(Database.Sqlite);

public sealed class PostgresAuthorizationCodeTests() : AuthorizationCodeTests(Database.Postgres);

public sealed class SqliteClientCredentialsTests() : ClientCredentialsTests(Database.Sqlite);

public sealed class PostgresClientCredentialsTests() : ClientCredentialsTests(Database.Postgres);

public sealed class SqliteDpopTests() : DpopTests(Database.Sqlite);

public sealed class PostgresDpopTests() : DpopTests(Database.Postgres);

public sealed class SqliteLaunchTests() : LaunchTests(Database.Sqlite);

public sealed class PostgresLaunchTests() : LaunchTests(Database.Postgres);

public sealed class SqliteOriginTests() : OriginTests(Database.Sqlite);

public sealed class PostgresOriginTests() : OriginTests(Database.Postgres);

public sealed class SqliteTwoInstancesTests() : TwoInstancesTests(Database.Sqlite);

public sealed class PostgresTwoInstancesTests() : TwoInstancesTests(Database.Postgres);

public sealed class SqliteVerbsTests() : VerbsTests(Database.Sqlite);

public sealed class PostgresVerbsTests() : VerbsTests(Database.Postgres);

public sealed class SqliteTablesTests() : TablesTests(Database.Sqlite);

public sealed class SqliteAttackTests() : AttackTests(Database.Sqlite);

public sealed class PostgresAttackTests() : AttackTests(Database.Postgres);
