using System.Text.Json;
using Interop.Fhir.Json;
using Interop.Fhir.Patch;
using Interop.Fhir.Validation;
using Interop.Server.Guard.Changes;
using Interop.Server.Http;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;
using Microsoft.Net.Http.Headers;

namespace Interop.Server.Interactions;

/// <summary>
/// FHIR patch: https://hl7.org/fhir/R4/http.html#patch, as JSON Patch (RFC 6902) or FHIRPath Patch. It is applied to the resource
/// as the caller sees it, and then is an update like any other; also conditional.
/// </summary>
internal static class Patch
{
    public static void Map(FhirRoutes fhir)
    {
        fhir.Patch("/{type}/{id}", FhirInteraction.Patch, HandleAsync);
        fhir.Patch("/{type}", FhirInteraction.Patch, HandleConditionAsync);
    }

    private static async Task<IResult> HandleAsync(
        string type,
        string id,
        Caller caller,
        HttpRequest request,
        GuardedWrites writes,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var key = FhirRequest.Key(type, id);
        var apply = await ChangeOfAsync(request, cancellationToken);
        return WriteAnswer.Of(
            await writes.PatchAsync(caller, key, apply, Preconditions.Of(request), cancellationToken), request, settings);
    }

    private static async Task<IResult> HandleConditionAsync(
        string type,
        Caller caller,
        HttpRequest request,
        ConditionalWrites writes,
        InteropSettings settings,
        CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        FhirRequest.RequireType(type);
        var condition = FhirRequest.Condition(request);
        var apply = await ChangeOfAsync(request, cancellationToken);
        return WriteAnswer.Of(
            await writes.PatchAsync(caller, type, condition, apply, Preconditions.Of(request), cancellationToken), request, settings);
    }

    private static async Task<Func<ReadOnlyMemory<byte>, byte[]>> ChangeOfAsync(HttpRequest request, CancellationToken cancellationToken) =>
        IsJsonPatch(request.ContentType)
            ? JsonChange(await FhirRequest.RawBodyAsync(request, cancellationToken))
            : FhirPathChange(await FhirRequest.BodyAsync(request, cancellationToken));

    /// <summary>
    /// That of an entry: Parameters for a FHIRPath Patch, a Binary for a JSON Patch (https://hl7.org/fhir/R4/http.html#patch).
    /// </summary>
    /// <exception cref="FhirException">400.</exception>
    public static Func<ReadOnlyMemory<byte>, byte[]> ChangeOf(byte[] resource)
    {
        if (ResourceJson.ReadHeader(resource)?.Type == "Parameters")
        {
            return FhirPathChange(resource);
        }

        using var document = ValidBinary(resource);
        var patch = document.RootElement;
        return IsJsonPatch(patch.GetProperty("contentType").GetString()) && patch.TryGetProperty("data", out var data)
            ? JsonChange(data.GetBytesFromBase64())
            : throw NoPatch;
    }

    private static FhirException NoPatch =>
        new(IssueCode.Invalid, "A patch in a Bundle is Parameters, or a Binary of application/json-patch+json with data.");

    private static JsonDocument ValidBinary(byte[] resource) =>
        ResourceJson.ReadHeader(resource)?.Type == "Binary"
            && !ResourceValidator.Validate(resource).Any(issue => issue.Severity <= IssueSeverity.Error)
            ? JsonDocument.Parse(resource, FhirJson.Parsing)
            : throw NoPatch;

    private static bool IsJsonPatch(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json-patch+json", StringComparison.OrdinalIgnoreCase);

    private static Func<ReadOnlyMemory<byte>, byte[]> JsonChange(byte[] body)
    {
        var patch = JsonPatch.Parse(body, out var issues) ?? throw new FhirException(400, issues);
        return resource => patch.Apply(resource, out var failures) ?? throw new FhirException(422, failures);
    }

    private static Func<ReadOnlyMemory<byte>, byte[]> FhirPathChange(byte[] body)
    {
        var issues = ResourceValidator.Validate(body);
        if (issues.Any(issue => issue.Severity <= IssueSeverity.Error))
        {
            throw new FhirException(400, issues);
        }

        var patch = FhirPathPatch.Parse(body, out var problems) ?? throw new FhirException(400, problems);
        return resource => patch.Apply(resource, out var failures) ?? throw new FhirException(422, failures);
    }
}
