namespace Interop.Sharing.Consent;

/// <summary>Reads the flags of an Organization that sharing depends on.</summary>
public static class OrganizationReader
{
    public static OrganizationFacts Read(ReadOnlyMemory<byte> body, string id) => throw new NotImplementedException();
}
