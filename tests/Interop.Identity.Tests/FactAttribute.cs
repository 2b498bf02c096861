using Xunit.Sdk;

namespace Interop.Identity.Tests;

/// <summary>xunit's, but a test whose class is for PostgreSQL is visibly skipped where there is none.</summary>
[XunitTestCaseDiscoverer("Interop.Identity.Tests." + nameof(FactOnDatabase), "Interop.Identity.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAttribute : Xunit.FactAttribute;
