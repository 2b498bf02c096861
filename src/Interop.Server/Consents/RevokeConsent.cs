using System.Text.Json;
using System.Text.Json.Nodes;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Bundles;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Consents;

/// <summary>
/// <c>POST /fhir/Consent/[id]/$revoke-consent</c>, or without the id and with <c>consent</c> and <c>patient</c> as HL7's guide has it
/// (https://hl7.org/fhir/us/consent-management): the consent becomes inactive, and with the next request nobody sees more because of it. A
/// <c>document</c>, a DocumentReference, is kept with it.
/// </summary>
internal static class RevokeConsent
{
    private const string Patient = "Parameters.parameter.where(name='patient')";

    public static void Map(FhirRoutes fhir)
    {
        fhir.Post("/Consent/$revoke-consent", FhirInteraction.Operation, HandleAsync);
        fhir.Post("/Consent/{id}/$revoke-consent", FhirInteraction.Operation, HandleOneAsync);
    }

    private static async Task<IResult> HandleOneAsync(
        string id, Caller caller, HttpRequest request, Filing filing, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var consent = FhirRequest.Key("Consent", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("document");
        return await RevokeAsync(caller, consent, null, input, filing, cancellationToken);
    }

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, Filing filing, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("consent", "patient", "document");
        var consent = ReferenceInput.Of(input, "consent", "Consent", settings);
        var patient = ReferenceInput.Of(input, "patient", "Patient", settings);
        return await RevokeAsync(caller, consent, patient, input, filing, cancellationToken);
    }

    private static async Task<IResult> RevokeAsync(
        Caller caller,
        ResourceKey consent,
        ResourceKey? patient,
        OperationInput input,
        Filing filing,
        CancellationToken cancellationToken)
    {
        var entries = new List<FiledEntry> { FiledEntry.Patch("Consent", consent, view => Revoked(view, patient)) };
        if (input.Resources.TryGetValue("document", out var document))
        {
            entries.Add(new(FileConsent.Document, "POST", "DocumentReference", About(document, consent)));
        }

        var items = await filing.StoreAsync(caller, entries, cancellationToken);
        return FhirResult.Filed(items[0], "The consent is revoked.");
    }

    private static byte[] Revoked(ReadOnlyMemory<byte> consent, ResourceKey? patient)
    {
        using var document = JsonDocument.Parse(consent, FhirJson.Parsing);
        if (document.RootElement.Text("status") != "active")
        {
            throw new FhirException(IssueCode.BusinessRule, "Only a consent that is active is revoked.", "Consent.status");
        }

        if (patient is not null && document.RootElement.At("patient").Text("reference") != patient.ToString())
        {
            throw new FhirException(IssueCode.BusinessRule, "The consent is another person's.", Patient);
        }

        return TopLevel.Replace(consent.Span, "status", "\"inactive\""u8);
    }

    /// <summary>The document with the consent among what it is related to.</summary>
    private static byte[] About(byte[] document, ResourceKey consent)
    {
        if (ResourceJson.ReadHeader(document)?.Type != "DocumentReference" || JsonNode.Parse(document) is not JsonObject whole)
        {
            throw new FhirException(IssueCode.Value, "The document is a DocumentReference.", FileConsent.Document);
        }

        // What is not of the right shape stays as it is: the validator says so.
        var context = whole["context"] ?? (whole["context"] = new JsonObject());
        var related = context is JsonObject known ? known["related"] ?? (known["related"] = new JsonArray()) : null;
        (related as JsonArray)?.Add(new JsonObject { ["reference"] = consent.ToString() });
        return JsonSerializer.SerializeToUtf8Bytes(whole);
    }
}
