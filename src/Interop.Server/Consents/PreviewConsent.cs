using Hl7.Fhir.Model;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Authoring;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Consents;

/// <summary>
/// <c>POST /fhir/Patient/[id]/$preview-consent</c> with <c>organization</c> and a <c>consent</c> or a <c>revoke</c>: how much that
/// organisation sees of the person now, and how much it would see then, by type and tier, for <c>purpose</c> and <c>role</c>. For who may
/// record the consent, of what they may read themselves. Nothing is stored.
/// </summary>
internal static class PreviewConsent
{
    private const int MostOfOne = 10;
    private const string Name = "$preview-consent";

    public static void Map(FhirRoutes fhir) => fhir.Post($"/Patient/{{id}}/{Name}", FhirInteraction.Operation, HandleAsync);

    private static async System.Threading.Tasks.Task<IResult> HandleAsync(
        string id,
        Caller caller,
        HttpRequest request,
        ConsentPreview preview,
        AuditTrail audit,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id);
        var input = (await OperationInput.ReadAsync(request, cancellationToken, "purpose", "role"))
            .Allow("organization", "consent", "revoke", "purpose", "role");
        var organization = ReferenceInput.Of(input, "organization", "Organization", settings);
        var recipient = new Caller(
            "interop",
            "interop",
            organization.Id,
            null,
            Few(input, "purpose") ?? ["TREAT"],
            Few(input, "role") ?? ["clinician"],
            Scopes.All);
        var seen = await preview.OfAsync(caller, patient, recipient, ChangeOf(input, settings), cancellationToken);
        await audit.PermittedAsync(caller, FhirInteraction.Operation, $"{patient}/{Name}", cancellationToken);
        return FhirResult.Of(Told(organization, seen));
    }

    /// <summary>Distinct codes; null where none is given. Each is asked about while all writers wait.</summary>
    private static string[]? Few(OperationInput input, string name)
    {
        var given = input[name]?.Split(',').Distinct().ToArray();
        return given?.Length > MostOfOne
            ? throw new FhirException(IssueCode.TooCostly, $"The parameter {name} is given {MostOfOne} times at most.")
            : given;
    }

    private static PreviewedChange ChangeOf(OperationInput input, InteropSettings settings)
    {
        var consent = input.Resources.GetValueOrDefault("consent");
        if ((consent is null) == (input["revoke"] is null))
        {
            throw new FhirException(IssueCode.Required, "Give one of consent, a Consent that is proposed, and revoke, one that is there.");
        }

        return consent is null ? new(null, ReferenceInput.Of(input, "revoke", "Consent", settings))
            : ResourceJson.ReadHeader(consent)?.Type == "Consent" ? new(consent, null)
            : throw new FhirException(
                IssueCode.Value, "The parameter consent is a Consent.", "Parameters.parameter.where(name='consent').resource");
    }

    private static OperationOutput Told(ResourceKey organization, PreviewedConsent seen)
    {
        var output = new OperationOutput().Add("organization", organization.ToReference());
        foreach (var kind in seen.Before.Keys.Union(seen.After.Keys).Order())
        {
            output.Add(
                "kind",
                [
                    .. OperationOutput.Part("type", new Code(kind.Type)),
                    .. OperationOutput.Part("tier", new Code(kind.Tier.ToString().ToLowerInvariant())),
                    .. OperationOutput.Part("before", new Integer((int)seen.Before.GetValueOrDefault(kind))),
                    .. OperationOutput.Part("after", new Integer((int)seen.After.GetValueOrDefault(kind))),
                ]);
        }

        foreach (var remark in seen.Remarks)
        {
            output.Add("warning", new FhirString($"{remark.Expression}: {remark.Diagnostics}"));
        }

        return output;
    }
}
