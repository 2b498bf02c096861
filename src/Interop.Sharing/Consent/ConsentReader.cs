namespace Interop.Sharing.Consent;

/// <summary>Reads a Consent (IHE PCF shape and our sharing-tier label) into facts; what it does not know makes it indeterminate.</summary>
public static class ConsentReader
{
    /// <summary>Never throws for a valid Consent; an unreadable one comes out indeterminate for everybody.</summary>
    /// <param name="lastUpdated">UTC microseconds.</param>
    public static ConsentFacts Read(ReadOnlyMemory<byte> body, string id, long version, long lastUpdated) => throw new NotImplementedException();
}
