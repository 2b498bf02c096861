using Interop.Fhir.Json;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Operations;

/// <summary>
/// <c>POST /fhir/{type}/$validate</c> and <c>/fhir/{type}/{id}/$validate</c>: https://hl7.org/fhir/R4/resource-operation-validate.html.
/// The body is the resource, or Parameters with <c>resource</c>, <c>mode</c> (create, update) and <c>profile</c>. Nothing stored is
/// read: that an id exists is not told.
/// </summary>
internal static class ValidateResource
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Compute("POST", "/{type}/$validate",
            (string type, Caller caller, HttpRequest request, ProfileSet profiles, Turns turns, CancellationToken cancellationToken) =>
            HandleAsync(type, null, caller, request, profiles, turns, cancellationToken));
        fhir.Compute("POST", "/{type}/{id}/$validate",
            (
                string type,
                string id,
                Caller caller,
                HttpRequest request,
                ProfileSet profiles,
                Turns turns,
                CancellationToken cancellationToken) =>
            HandleAsync(type, id, caller, request, profiles, turns, cancellationToken));
    }

    private static async Task<IResult> HandleAsync(
        string type, string? id, Caller caller, HttpRequest request, ProfileSet profiles, Turns turns, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RequireType(type);
        if (id is not null)
        {
            _ = FhirRequest.Key(type, id);
        }

        var body = await FhirRequest.BodyAsync(request, cancellationToken);
        var input = OperationInput.FromQuery(request);
        if (ResourceJson.ReadHeader(body)?.Type == "Parameters" && type != "Parameters")
        {
            input = OperationInput.FromParameters(input, body);
            body = input.Resources.GetValueOrDefault("resource") ?? throw new FhirException(IssueCode.Required,
                "The parameter resource is missing: only what is sent is validated.");
        }

        input.Allow("mode", "profile", "resource");
        var issues = await turns.RunAsync(
            RequestLimits.ClientOf(caller),
            () => Task.FromResult(Issues(type, id, body, input["mode"], input["profile"], profiles)),
            cancellationToken);
        return FhirResult.Checked(issues);
    }

    private static List<Issue> Issues(string type, string? id, byte[] body, string? mode, string? profile, ProfileSet profiles)
    {
        if (mode is not (null or "create" or "update" or "profile"))
        {
            throw new FhirException(IssueCode.NotSupported, "The mode must be create, update or profile.");
        }

        var issues = profiles.Validate(body, profile, options: ValidationOptions.Thorough).ToList();
        var header = ResourceJson.ReadHeader(body);
        if (header is not null && header.Type != type)
        {
            issues.Add(new(IssueSeverity.Error, "invalid", "The resource is not of the type that the path names.", "resourceType"));
        }

        if (header is not null && id is not null && (mode == "update" || header.Id is not null) && header.Id != id)
        {
            issues.Add(new(IssueSeverity.Error, "invalid", "The resource's id must be the id in the path.", $"{type}.id"));
        }

        return issues.Count > 0 ? issues : [new(IssueSeverity.Information, "informational", "No issue was found.", null)];
    }
}
