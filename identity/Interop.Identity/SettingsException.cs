namespace Interop.Identity;

/// <summary>A setting or argument that the issuer can't work with; the message is for the operator.</summary>
public sealed class SettingsException(string message) : Exception(message);
