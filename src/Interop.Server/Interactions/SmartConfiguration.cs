using System.Text.Json.Nodes;
using Interop.Server.Guard;
using Interop.Server.Http;

namespace Interop.Server.Interactions;

/// <summary>
/// Where clients find the issuer: https://hl7.org/fhir/smart-app-launch/conformance.html. It is the first configured issuer's own
/// document, less what this API does not evaluate.
/// </summary>
internal static class SmartConfiguration
{
    /// <summary>What an issuer may offer with other APIs and this one has no part for: the document must not promise it.</summary>
    private static readonly string[] NotHere = ["smart-app-state"];

    public static void Map(FhirRoutes fhir) => fhir.GetPublic(
        "/.well-known/smart-configuration",
        FhirInteraction.Capabilities,
        async (TokenVerifier verifier, CancellationToken cancellationToken) =>
        {
            var text = verifier.Issuers.Count == 0 ? null : await verifier.Issuers[0].SmartConfigurationAsync(cancellationToken);
            return text is null
                ? FhirResult.Problem(404, "not-supported", "The issuer has no SMART configuration.")
                : Results.Text(Narrowed(text), "application/json");
        });

    private static string Narrowed(string text)
    {
        var document = JsonNode.Parse(text)!.AsObject();
        if (document["capabilities"] is JsonArray capabilities)
        {
            document["capabilities"] = new JsonArray(
                [.. capabilities.Select(value => (string?)value).Where(value => !NotHere.Contains(value)).Select(value => (JsonNode?)value)]);
        }

        return document.ToJsonString();
    }
}
