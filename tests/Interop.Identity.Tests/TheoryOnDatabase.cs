using Xunit.Abstractions;
using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <summary>Finds theories, see <see cref="FactAttribute"/>.</summary>
public sealed class TheoryOnDatabase(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        FactOnDatabase.SkippedCase(DiagnosticMessageSink, testMethod) is { } skipped
            ? [skipped]
            : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
