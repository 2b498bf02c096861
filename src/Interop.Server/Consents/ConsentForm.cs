using Interop.Fhir.Json;
using Interop.Server.Forms;

namespace Interop.Server.Consents;

/// <summary>
/// The form on which a person says what she permits or refuses, one for each language, with the same items and codes.
/// </summary>
internal static class ConsentForm
{
    public static FormSet Set { get; } = new("consent-on-scene", "consent-on-scene-es");

    /// <summary>Whether a document answers one of these forms, whatever version of it.</summary>
    public static bool IsAnsweredBy(byte[] document) =>
        ResourceJson.ReadHeader(document)?.Type == "QuestionnaireResponse" && Set.IsAnsweredBy(document);
}
