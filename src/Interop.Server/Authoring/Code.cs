namespace Interop.Server.Authoring;

/// <summary>A code in its system, with the words a reader sees (https://hl7.org/fhir/R4/datatypes.html#Coding).</summary>
public sealed record Code(string System, string Value, string? Display = null);
