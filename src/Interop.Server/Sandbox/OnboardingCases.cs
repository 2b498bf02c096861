using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Security;

namespace Interop.Server.Sandbox;

/// <summary>
/// <c>/fhir/Organization/[id]/$onboarding-checklist</c>, in the sandbox only: <c>POST</c> puts the agency's invented persons in place,
/// <c>GET ?client=ID</c> says what the client has still to try.
/// </summary>
internal static class OnboardingCases
{
    private const string Pattern = "/Organization/{id}/$onboarding-checklist";

    public static void Map(FhirRoutes fhir)
    {
        fhir.Post(Pattern, FhirInteraction.Operation, PrepareAsync);
        fhir.Get(Pattern, FhirInteraction.Operation, AnswerAsync);
    }

    private static async Task<IResult> PrepareAsync(
        string id, Caller caller, HttpRequest request, SandboxStore sandbox, CancellationToken cancellationToken)
    {
        var client = ClientOf(request, caller);
        await sandbox.PrepareAsync(caller, id, cancellationToken);
        return Answer(await sandbox.ChecklistAsync(caller, id, client, cancellationToken));
    }

    private static async Task<IResult> AnswerAsync(
        string id, Caller caller, HttpRequest request, SandboxStore sandbox, CancellationToken cancellationToken)
    {
        var client = ClientOf(request, caller);
        return Answer(await sandbox.ChecklistAsync(caller, id, client, cancellationToken));
    }

    /// <summary>The client whose progress is asked for: the caller's own where none is named.</summary>
    private static string ClientOf(HttpRequest request, Caller caller)
    {
        FhirRequest.RequireJson(request);
        return OperationInput.FromQuery(request).Allow("client")["client"] ?? caller.ClientId;
    }

    private static FhirResult Answer(IReadOnlyList<ChecklistAnswer> answers) => FhirResult.Of(
    [
        OutputParameter.Of("passed", "valueBoolean", answers.All(answer => answer.PassedAt is not null)),
        .. answers.Select(answer => OutputParameter.Group("case",
        [
            OutputParameter.Of("code", "valueCode", answer.Case.Code),
            OutputParameter.Of("what", "valueString", answer.Case.Text),
            OutputParameter.Of("request", "valueString", $"{answer.Case.Method} {answer.Case.Path}"),
            OutputParameter.Of("passed", "valueBoolean", answer.PassedAt is not null),
            .. OutputParameter.IfAny("at", "valueInstant", answer.PassedAt is { } at ? Instants.ToText(at) : null),
        ])),
    ]);
}
