namespace Interop.Storage;

/// <summary>What was asked takes more work of the database than one request may have.</summary>
/// <param name="mostSteps">The limit, in steps of the database's machine.</param>
public sealed class TooCostlyException(long mostSteps) : Exception($"It takes more than {mostSteps} steps of the database.")
{
    public long MostSteps { get; } = mostSteps;
}
