namespace Interop.Hosting;

/// <summary>A setting or argument that a process can't work with; the message is for the operator.</summary>
public sealed class SettingsException(string message) : Exception(message);
