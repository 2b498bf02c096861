namespace Interop.Storage;

/// <summary>What was asked takes more work than one request may have; the message says which limit it met.</summary>
public sealed class TooCostlyException(string message) : Exception(message)
{
    internal static TooCostlyException Of(long mostSteps) => new(
        $"This takes more than {mostSteps} steps of the database, which is what it may take (Interop:Limits:SearchSteps).");
}
