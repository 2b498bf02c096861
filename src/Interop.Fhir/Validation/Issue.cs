namespace Interop.Fhir.Validation;

/// <summary>issue-severity (https://hl7.org/fhir/R4/valueset-issue-severity.html).</summary>
public enum IssueSeverity
{
    Fatal,
    Error,
    Warning,
    Information,
}

/// <summary>
/// One thing wrong with a resource, shaped for OperationOutcome.issue.
/// </summary>
/// <param name="Severity">Errors refuse the resource; warnings and information never do.</param>
/// <param name="Code">A code of issue-type (https://hl7.org/fhir/R4/valueset-issue-type.html), such as <c>structure</c>.</param>
/// <param name="Diagnostics">The rule that was broken, in words. Never a value out of the resource.</param>
/// <param name="Expression">The element, as a simple FHIRPath such as <c>Patient.name[0].given[1]</c>.</param>
public sealed record Issue(IssueSeverity Severity, string Code, string Diagnostics, string? Expression);
