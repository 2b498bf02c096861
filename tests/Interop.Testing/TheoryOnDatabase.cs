using Xunit.Abstractions;
using Xunit.Sdk;

namespace Interop.Testing;

/// <summary>Finds theories, as <see cref="FactOnDatabase"/> finds facts.</summary>
public sealed class TheoryOnDatabase(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        AbsentDatabase.SkippedCases(DiagnosticMessageSink, testMethod) ?? base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
