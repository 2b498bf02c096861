using Xunit.Sdk;

namespace Interop.Server.Tests;

/// <summary>xunit's, but a test whose class is for a database that is not at hand is visibly skipped.</summary>
[XunitTestCaseDiscoverer("Interop.Testing." + nameof(FactOnDatabase), "Interop.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAttribute : Xunit.FactAttribute;
