namespace Interop.Identity.Launches;

/// <summary>
/// What a token is about: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html. Ids, and nothing else of the patient.
/// </summary>
/// <param name="NeedsBanner">Whether the app must itself show whose record it is, because nothing around it does.</param>
/// <param name="LaunchHash">The launch to use up when the code is given, or null.</param>
internal sealed record LaunchContext(string? Patient, string? Encounter, bool NeedsBanner, string? LaunchHash)
{
    public static LaunchContext None { get; } = new(null, null, true, null);
}
