namespace Interop.Identity.Launches;

/// <summary>What is known of the context that an authorization request asks for.</summary>
internal abstract record ContextReading
{
    private ContextReading()
    {
    }

    public sealed record Known(LaunchContext Context) : ContextReading;

    /// <param name="Patient">Already known; the encounter is missing. Null where the patient is.</param>
    public sealed record Missing(string? Patient) : ContextReading;

    public sealed record Refused(string Error, string Description) : ContextReading;
}
