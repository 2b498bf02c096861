namespace Interop.Fhir.Schema;

/// <summary>An invariant of R4 (https://hl7.org/fhir/R4/conformance-rules.html#constraints).</summary>
/// <param name="Key">Its key, such as <c>pat-1</c>; <c>inv-1#2</c> where R4 gives one key to a second expression.</param>
/// <param name="IsError">False for a warning, which never refuses a resource.</param>
/// <param name="Expression">FHIRPath over the element that carries it.</param>
public sealed record RuleFacts(string Key, bool IsError, string Expression);
