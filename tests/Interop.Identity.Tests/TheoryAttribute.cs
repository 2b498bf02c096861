using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <inheritdoc cref="FactAttribute"/>
[XunitTestCaseDiscoverer("Interop.Identity.Tests." + nameof(TheoryOnDatabase), "Interop.Identity.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryAttribute : Xunit.TheoryAttribute;
