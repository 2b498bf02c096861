using Xunit.Abstractions;
using Xunit.Sdk;

namespace Interop.Testing;

/// <summary>Finds facts: those of a class that is for a database that is not at hand are visibly skipped.</summary>
public sealed class FactOnDatabase(IMessageSink messages) : FactDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        AbsentDatabase.SkippedCases(DiagnosticMessageSink, testMethod) ?? base.Discover(discoveryOptions, testMethod, factAttribute);
}

/// <summary>What becomes of the tests of a class that is for a database, by the beginning of its name, where there is none.</summary>
internal static class AbsentDatabase
{
    private static readonly (string Prefix, Func<bool> IsPresent, string Reason, bool IsOneForAll)[] Kinds =
    [
        ("Postgres", () => PostgresCluster.IsPresent, "PostgreSQL is not installed, and INTEROP_TEST_POSTGRES is not set.", false),

        // Nobody can install it on a machine of ours (docs/decisions/0122): one line says so, and not one for each test.
        ("SqlServer", () => SqlServerInstance.IsPresent, $"SQL Server is not at hand: {SqlServerInstance.Setting} is not set.", true),
    ];

    /// <summary>The skipped test, or none where another of the class stands for it; null where it can run.</summary>
    public static IEnumerable<IXunitTestCase>? SkippedCases(IMessageSink messages, ITestMethod method)
    {
        var name = method.TestClass.Class.Name.Split('.')[^1];
        var kind = Kinds.FirstOrDefault(kind => name.StartsWith(kind.Prefix, StringComparison.Ordinal));
        if (kind.Prefix is null || kind.IsPresent())
        {
            return null;
        }

        return !kind.IsOneForAll || IsFirst(method)
            ? [new XunitSkippedDataRowTestCase(
                messages, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, method, kind.Reason)]
            : [];
    }

    private static bool IsFirst(ITestMethod method) => method.Method.Name == method.TestClass.Class.GetMethods(includePrivateMethods: false)
        .Where(other => other.GetCustomAttributes(typeof(Xunit.FactAttribute)).Any())
        .Min(other => other.Name);
}
