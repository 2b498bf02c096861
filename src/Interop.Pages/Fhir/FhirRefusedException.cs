using System.Net;
using Hl7.Fhir.Model;

namespace Interop.Pages.Fhir;

/// <summary>What the server said no to, in its own words.</summary>
public sealed class FhirRefusedException(HttpStatusCode status, OperationOutcome? outcome)
    : Exception($"The server answered {(int)status}.")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>A sentence for each issue. They name elements and rules, and nothing of a record.</summary>
    public IReadOnlyList<string> Sentences { get; } =
        [.. (outcome?.Issue ?? []).Select(issue => issue.Diagnostics ?? issue.Details?.Text).OfType<string>()];

    /// <summary>Somebody else was faster (RFC 9110 section 15.5.13).</summary>
    public bool IsOvertaken => Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict;

    /// <summary>What is hidden and what is absent are the same.</summary>
    public bool IsAbsent => Status is HttpStatusCode.NotFound or HttpStatusCode.Gone;
}
