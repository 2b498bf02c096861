namespace Interop.Storage;

/// <summary>What was asked takes more work than one request may have; the message says which limit it met.</summary>
public sealed class TooCostlyException(string message) : Exception(message);
