using Interop.Identity.Tests.Attacks;
using Interop.Identity.Tests.Credentials;
using Interop.Identity.Tests.Operation;
using Interop.Identity.Tests.People;

namespace Interop.Identity.Tests;

// What the issuer does must not depend on its database: each contract runs on both.
public sealed class SqliteAccountTests() : AccountTests(Database.Sqlite);

public sealed class PostgresAccountTests() : AccountTests(Database.Postgres);

public sealed class SqliteAuthorizationCodeTests() : AuthorizationCodeTests(Database.Sqlite);

public sealed class PostgresAuthorizationCodeTests() : AuthorizationCodeTests(Database.Postgres);

public sealed class SqliteClientAssertionTests() : ClientAssertionTests(Database.Sqlite);

public sealed class PostgresClientAssertionTests() : ClientAssertionTests(Database.Postgres);

public sealed class SqliteClientCredentialsTests() : ClientCredentialsTests(Database.Sqlite);

public sealed class PostgresClientCredentialsTests() : ClientCredentialsTests(Database.Postgres);

public sealed class SqliteDpopTests() : DpopTests(Database.Sqlite);

public sealed class PostgresDpopTests() : DpopTests(Database.Postgres);

public sealed class SqliteFloodTests() : FloodTests(Database.Sqlite);

public sealed class PostgresFloodTests() : FloodTests(Database.Postgres);

public sealed class SqliteForgedPageTests() : ForgedPageTests(Database.Sqlite);

public sealed class PostgresForgedPageTests() : ForgedPageTests(Database.Postgres);

public sealed class SqliteGuessingTests() : GuessingTests(Database.Sqlite);

public sealed class PostgresGuessingTests() : GuessingTests(Database.Postgres);

public sealed class SqliteHostileTextTests() : HostileTextTests(Database.Sqlite);

public sealed class PostgresHostileTextTests() : HostileTextTests(Database.Postgres);

public sealed class SqliteLaunchTests() : LaunchTests(Database.Sqlite);

public sealed class PostgresLaunchTests() : LaunchTests(Database.Postgres);

public sealed class SqliteOriginTests() : OriginTests(Database.Sqlite);

public sealed class PostgresOriginTests() : OriginTests(Database.Postgres);

public sealed class SqlitePatientPickerTests() : PatientPickerTests(Database.Sqlite);

public sealed class PostgresPatientPickerTests() : PatientPickerTests(Database.Postgres);

public sealed class SqliteSmugglingTests() : SmugglingTests(Database.Sqlite);

public sealed class PostgresSmugglingTests() : SmugglingTests(Database.Postgres);

public sealed class SqliteTwoInstancesTests() : TwoInstancesTests(Database.Sqlite);

public sealed class PostgresTwoInstancesTests() : TwoInstancesTests(Database.Postgres);

public sealed class SqliteVerbsTests() : VerbsTests(Database.Sqlite);

public sealed class PostgresVerbsTests() : VerbsTests(Database.Postgres);

public sealed class SqliteTablesTests() : TablesTests(Database.Sqlite);
