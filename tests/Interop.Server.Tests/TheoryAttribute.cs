using Xunit.Sdk;

namespace Interop.Server.Tests;

/// <inheritdoc cref="FactAttribute"/>
[XunitTestCaseDiscoverer("Interop.Testing." + nameof(TheoryOnDatabase), "Interop.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryAttribute : Xunit.TheoryAttribute;
