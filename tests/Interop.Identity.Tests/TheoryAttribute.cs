using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <inheritdoc cref="FactAttribute"/>
[XunitTestCaseDiscoverer("Interop.Testing." + nameof(TheoryOnDatabase), "Interop.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryAttribute : Xunit.TheoryAttribute;
