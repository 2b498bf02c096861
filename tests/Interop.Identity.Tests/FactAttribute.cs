using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <summary>xunit's, but a test whose class is for PostgreSQL is visibly skipped where there is none.</summary>
[XunitTestCaseDiscoverer("Interop.Testing." + nameof(FactOnDatabase), "Interop.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAttribute : Xunit.FactAttribute;
