namespace Interop.Sharing.Consent;

/// <summary>Reads a Contract of the sharing-agreement profile.</summary>
public static class AgreementReader
{
    public const string Profile = "https://interop.example/fhir/StructureDefinition/sharing-agreement";

    /// <summary>Null for a Contract of another profile; an incomplete one comes out with its problems, not in force.</summary>
    public static Agreement? Read(ReadOnlyMemory<byte> body, string id) => throw new NotImplementedException();
}
