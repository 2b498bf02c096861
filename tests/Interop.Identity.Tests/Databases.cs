using Interop.Identity.Tests.Attacks;
using Interop.Identity.Tests.Credentials;
using Interop.Identity.Tests.Operation;
using Interop.Identity.Tests.People;

namespace Interop.Identity.Tests;

// What the issuer does must not depend on its database: each contract runs on both.
public sealed class SqliteAccountTests() : AccountTests(DatabaseKind.Sqlite);

public sealed class PostgresAccountTests() : AccountTests(DatabaseKind.Postgres);

public sealed class SqliteAuthorizationCodeTests() : AuthorizationCodeTests(DatabaseKind.Sqlite);

public sealed class PostgresAuthorizationCodeTests() : AuthorizationCodeTests(DatabaseKind.Postgres);

public sealed class SqliteLoopbackRedirectTests() : LoopbackRedirectTests(DatabaseKind.Sqlite);

public sealed class PostgresLoopbackRedirectTests() : LoopbackRedirectTests(DatabaseKind.Postgres);

public sealed class SqliteClientAssertionTests() : ClientAssertionTests(DatabaseKind.Sqlite);

public sealed class PostgresClientAssertionTests() : ClientAssertionTests(DatabaseKind.Postgres);

public sealed class SqliteClientCredentialsTests() : ClientCredentialsTests(DatabaseKind.Sqlite);

public sealed class PostgresClientCredentialsTests() : ClientCredentialsTests(DatabaseKind.Postgres);

public sealed class SqliteDpopTests() : DpopTests(DatabaseKind.Sqlite);

public sealed class PostgresDpopTests() : DpopTests(DatabaseKind.Postgres);

public sealed class SqliteEndSessionTests() : EndSessionTests(DatabaseKind.Sqlite);

public sealed class PostgresEndSessionTests() : EndSessionTests(DatabaseKind.Postgres);

public sealed class SqliteFloodTests() : FloodTests(DatabaseKind.Sqlite);

public sealed class PostgresFloodTests() : FloodTests(DatabaseKind.Postgres);

public sealed class SqliteForgedPageTests() : ForgedPageTests(DatabaseKind.Sqlite);

public sealed class PostgresForgedPageTests() : ForgedPageTests(DatabaseKind.Postgres);

public sealed class SqliteGuessingTests() : GuessingTests(DatabaseKind.Sqlite);

public sealed class PostgresGuessingTests() : GuessingTests(DatabaseKind.Postgres);

public sealed class SqliteHostileTextTests() : HostileTextTests(DatabaseKind.Sqlite);

public sealed class PostgresHostileTextTests() : HostileTextTests(DatabaseKind.Postgres);

public sealed class SqliteLaunchTests() : LaunchTests(DatabaseKind.Sqlite);

public sealed class PostgresLaunchTests() : LaunchTests(DatabaseKind.Postgres);

public sealed class SqliteOriginTests() : OriginTests(DatabaseKind.Sqlite);

public sealed class PostgresOriginTests() : OriginTests(DatabaseKind.Postgres);

public sealed class SqlitePatientPickerTests() : PatientPickerTests(DatabaseKind.Sqlite);

public sealed class PostgresPatientPickerTests() : PatientPickerTests(DatabaseKind.Postgres);

public sealed class SqliteSmugglingTests() : SmugglingTests(DatabaseKind.Sqlite);

public sealed class PostgresSmugglingTests() : SmugglingTests(DatabaseKind.Postgres);

public sealed class SqliteTwoInstancesTests() : TwoInstancesTests(DatabaseKind.Sqlite);

public sealed class PostgresTwoInstancesTests() : TwoInstancesTests(DatabaseKind.Postgres);

public sealed class SqliteVerbsTests() : VerbsTests(DatabaseKind.Sqlite);

public sealed class PostgresVerbsTests() : VerbsTests(DatabaseKind.Postgres);

public sealed class SqliteTablesTests() : TablesTests(DatabaseKind.Sqlite);
