namespace Interop.Fhir.Validation;

/// <summary>Placeholder.</summary>
internal static class Narrative
{
    public static string? Fault(string text) => text.Length == 0 ? "empty" : null;
}
