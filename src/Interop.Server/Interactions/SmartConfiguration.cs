using System.Text;
using System.Text.Json.Nodes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Interactions;

/// <summary>
/// Where clients find the issuer: https://hl7.org/fhir/smart-app-launch/conformance.html. It is the first configured issuer's own
/// document, less what this API does not evaluate.
/// </summary>
internal static class SmartConfiguration
{
    public static void Map(FhirRoutes fhir) => fhir.GetPublic(
        "/.well-known/smart-configuration",
        FhirInteraction.Capabilities,
        async (TokenVerifier verifier, CancellationToken cancellationToken) =>
            await SmartConfigurationDocument.ReadAsync(verifier, cancellationToken) is { } document
                ? FhirResult.Of(document)
                : FhirResult.Problem(IssueCode.NotSupported.With(404), "The issuer has no SMART configuration."));
}

/// <summary>The issuer's document, less what this API does not evaluate.</summary>
internal sealed class SmartConfigurationDocument : IOwnAnswer
{
    /// <summary>What an issuer may offer with other APIs and this one has no part for: the document must not promise it.</summary>
    private static readonly string[] NotHere = ["smart-app-state"];

    private SmartConfigurationDocument(byte[] json) => Json = json;

    public ReadOnlyMemory<byte> Json { get; }

    public string MediaType => "application/json";

    public bool MayBePacked => true;

    /// <summary>What the first configured issuer tells everybody, or null where it tells nothing.</summary>
    public static async Task<SmartConfigurationDocument?> ReadAsync(TokenVerifier verifier, CancellationToken cancellationToken)
    {
        var text = verifier.Issuers.Count == 0 ? null : await verifier.Issuers[0].SmartConfigurationAsync(cancellationToken);
        if (text is null)
        {
            return null;
        }

        var document = JsonNode.Parse(text)!.AsObject();
        if (document["capabilities"] is JsonArray capabilities)
        {
            document["capabilities"] = new JsonArray(
                [.. capabilities.Select(value => (string?)value).Where(value => !NotHere.Contains(value))
                    .Select(value => (JsonNode?)value)]);
        }

        return new(Encoding.UTF8.GetBytes(document.ToJsonString()));
    }
}
