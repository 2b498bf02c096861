using Xunit.Abstractions;
using Xunit.Sdk;

namespace Interop.Testing;

/// <summary>Finds facts: those of a class that is for PostgreSQL are visibly skipped where there is none.</summary>
public sealed class FactOnDatabase(IMessageSink messages) : FactDiscoverer(messages)
{
    /// <summary>A test that is skipped because PostgreSQL is absent; null where it can run.</summary>
    internal static IXunitTestCase? SkippedCase(IMessageSink messages, ITestMethod method) =>
        method.TestClass.Class.Name.Split('.')[^1].StartsWith(nameof(DatabaseKind.Postgres), StringComparison.Ordinal)
            && !PostgresCluster.IsPresent
            ? new XunitSkippedDataRowTestCase(
                messages,
                TestMethodDisplay.ClassAndMethod,
                TestMethodDisplayOptions.None,
                method,
                "PostgreSQL is not installed, and INTEROP_TEST_POSTGRES is not set.")
            : null;

    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        SkippedCase(DiagnosticMessageSink, testMethod) ?? base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}
