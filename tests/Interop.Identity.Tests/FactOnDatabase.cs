using Xunit.Abstractions;
using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <summary>Finds facts, see <see cref="FactAttribute"/>.</summary>
public sealed class FactOnDatabase(IMessageSink messages) : FactDiscoverer(messages)
{
    internal static string? Absence(ITestMethod method) =>
        method.TestClass.Class.Name.Split('.')[^1].StartsWith(nameof(Database.Postgres), StringComparison.Ordinal) && !PostgresCluster.IsPresent
            ? "PostgreSQL is not installed, and INTEROP_TEST_POSTGRES is not set."
            : null;

    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        Absence(testMethod) is { } absence
            ? new XunitSkippedDataRowTestCase(DiagnosticMessageSink, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, testMethod, absence)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}
