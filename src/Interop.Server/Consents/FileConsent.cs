using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Interop.Server.Bundles;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Consents;

/// <summary>
/// <c>POST /fhir/Consent/$file-consent</c> (https://hl7.org/fhir/us/consent-management): a consent with the document that proves it, a
/// DocumentReference or QuestionnaireResponse; or answers to the form <c>consent-on-scene</c> alone, of which the consent is made.
/// </summary>
internal static class FileConsent
{
    public const string Document = "Parameters.parameter.where(name='document').resource";

    private const string Filed = "Parameters.parameter.where(name='consent').resource";

    public static void Map(FhirRoutes fhir) => fhir.Post("/Consent/$file-consent", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller,
        HttpRequest request,
        GuardedStore store,
        Filing filing,
        ProfileSet profiles,
        InteropSettings settings,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("consent", "document");
        var document = input.Resources.GetValueOrDefault("document")
            ?? throw new FhirException(
                IssueCode.Required, "The parameter document is missing: a DocumentReference or QuestionnaireResponse.");
        var type = ResourceJson.ReadHeader(document)?.Type;
        if (type is not ("DocumentReference" or "QuestionnaireResponse"))
        {
            throw new FhirException(IssueCode.Value, "The document is a DocumentReference or a QuestionnaireResponse.", Document);
        }

        var consent = input.Resources.GetValueOrDefault("consent");
        if (ConsentForm.IsAnsweredBy(document))
        {
            consent = consent is null
                ? await MadeAsync()
                : throw new FhirException(IssueCode.Invalid, "Of answers to this form the consent is made: send them alone.", Filed);
        }
        else if (consent is null || ResourceJson.ReadHeader(consent)?.Type != "Consent")
        {
            throw new FhirException(IssueCode.Required, "The parameter consent is missing: a Consent.");
        }

        var proof = new FiledEntry(Document, "POST", type, document);
        var entries = new[] { proof, new FiledEntry(Filed, "POST", "Consent", WithSource(consent, proof.Address)) };
        var items = await filing.StoreAsync(caller, entries, cancellationToken);
        return FhirResult.Filed(items[^1], "The consent is filed.");

        async Task<byte[]> MadeAsync()
        {
            var issues = profiles.Validate(document).Where(issue => issue.Severity <= IssueSeverity.Error).ToList();
            if (issues.Count > 0)
            {
                throw new FhirException(400, issues).In("QuestionnaireResponse", Document);
            }

            var answers = ConsentAnswers.Read(document, Document, caller, settings, clock.GetUtcNow());
            await using var snapshot = await store.OpenAsync(caller, cancellationToken);
            return FormConsent.Of(answers, caller.Organization, key => NameOf(snapshot, caller, key));
        }
    }

    /// <summary>The document that came with a consent is its source, whatever else it names so.</summary>
    private static byte[] WithSource(byte[] consent, string address)
    {
        if (!TopLevel.Value(consent, "sourceAttachment").IsEmpty)
        {
            throw new FhirException(IssueCode.BusinessRule, "The source of a filed consent is its document.", $"{Filed}.sourceAttachment");
        }

        return TopLevel.Replace(consent, "sourceReference", FhirJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("reference", address);
            writer.WriteEndObject();
        }));
    }

    /// <summary>What the caller sees a person or an organisation called; its address where it sees no name.</summary>
    private static string NameOf(GuardedSnapshot snapshot, Caller caller, ResourceKey key)
    {
        if (snapshot.Read(key, snapshot.Sight.Within(caller, SmartRight.Read)) is not { } disclosure)
        {
            return key.ToString();
        }

        using var resource = JsonDocument.Parse(disclosure.Body, FhirJson.Parsing);
        var name = resource.RootElement.Items("name").FirstOrDefault();
        var parts = name.ValueKind == JsonValueKind.String ? [name] : name.Items("given").Append(name.At("family"));
        var text = string.Join(' ', parts.Select(part => part.ToString()).Where(part => part.Length > 0));
        return text.Length > 0 ? text : name.Text("text") ?? key.ToString();
    }
}
