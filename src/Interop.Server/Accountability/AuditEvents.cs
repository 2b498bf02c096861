using Interop.Server.Guard.Trail;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Accountability;

/// <summary>
/// AuditEvents (https://hl7.org/fhir/R4/auditevent.html): read and search by those who may, <see cref="AuditReader"/>. They are made of
/// rows of the trail when they are asked for; nobody writes one.
/// </summary>
internal static class AuditEvents
{
    private static readonly string[] Conditions = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

    public static void Map(FhirRoutes fhir)
    {
        fhir.Get("/AuditEvent/{id}", FhirInteraction.Read, ReadAsync);
        fhir.Get("/AuditEvent", FhirInteraction.Search, SearchAsync);
        fhir.Post("/AuditEvent/_search", FhirInteraction.Search, SearchAsync);
        fhir.Get("/Patient/{id}/AuditEvent", FhirInteraction.Search, SearchOfPatientAsync);
    }

    private static async Task<IResult> ReadAsync(
        string id, Caller caller, HttpRequest request, GuardedAudit trail, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key("AuditEvent", id);
        if (Conditions.FirstOrDefault(request.Headers.ContainsKey) is { } condition)
        {
            throw new FhirException(IssueCode.NotSupported, $"{condition} has no meaning here: an AuditEvent has one version.");
        }

        if (request.Query.Keys.FirstOrDefault(name => name is not ("_format" or "_pretty")) is { } parameter)
        {
            throw new FhirException(IssueCode.NotSupported, $"The parameter {parameter} is not supported: an AuditEvent is read whole.");
        }

        return await trail.ReadAsync(caller, id, cancellationToken) is { } view
            ? FhirResult.Of(AuditEventDocument.Of(view, settings))
            : FhirResult.Problem(IssueCode.NotFound, $"{key} is not known.");
    }

    private static async Task<IResult> SearchAsync(
        Caller caller, HttpRequest request, GuardedAudit trail, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        return await AnswerAsync(caller, request, [], "AuditEvent", trail, settings, cancellationToken);
    }

    /// <summary>Of the patient's compartment (https://hl7.org/fhir/R4/compartmentdefinition-patient.html).</summary>
    private static async Task<IResult> SearchOfPatientAsync(
        string id, Caller caller, HttpRequest request, GuardedAudit trail, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var patient = FhirRequest.Key("Patient", id).ToString();
        return await AnswerAsync(
            caller, request, [KeyValuePair.Create("patient", patient)], $"{patient}/AuditEvent", trail, settings, cancellationToken);
    }

    private static async Task<FhirResult> AnswerAsync(
        Caller caller,
        HttpRequest request,
        IReadOnlyList<KeyValuePair<string, string>> given,
        string path,
        GuardedAudit trail,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        var asked = await Search.ParametersAsync(request, cancellationToken);
        var answer = await trail.SearchAsync(caller, [.. asked, .. given], Search.IsLenient(request), cancellationToken);
        var self = Search.Link(settings, path, answer.Used.Except(given));
        var items = answer.Views.Select(view => new BundleItem(null)
        {
            Statement = AuditEventDocument.Of(view, settings),
            FullUrl = $"{settings.PublicUrl}/AuditEvent/{view.Id}",
            SearchMode = "match",
        });
        if (answer.Ignored.Count > 0)
        {
            items = items.Append(new BundleItem(null) { Found = answer.Ignored, SearchMode = "outcome" });
        }

        return FhirResult.Bundle(new("searchset", settings.PublicUrl, [.. items])
        {
            Total = answer.Total,
            Self = self,
            Next = answer.NextCursor is { } cursor ? Search.Next(self, cursor) : null,
        });
    }
}
