namespace Interop.Identity.Api;

/// <summary>The API could not be asked. The sentence names nothing of the request, and the cause nothing of an answer.</summary>
internal sealed class ApiUnavailableException(Exception cause)
    : Exception("The FHIR API could not be asked.", cause is HttpRequestException or OperationCanceledException ? cause : null);
