using Hl7.Fhir.Model;
using Interop.Server.Authoring;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
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

    private static FhirResult Answer(IReadOnlyList<ChecklistAnswer> answers)
    {
        var output = new OperationOutput().Add("passed", new FhirBoolean(answers.All(answer => answer.PassedAt is not null)));
        foreach (var answer in answers)
        {
            output.Add(
                "case",
                [
                    .. OperationOutput.Part("code", new Code(answer.Case.Code)),
                    .. OperationOutput.Part("what", new FhirString(answer.Case.Text)),
                    .. OperationOutput.Part("request", new FhirString($"{answer.Case.Method} {answer.Case.Path}")),
                    .. OperationOutput.Part("passed", new FhirBoolean(answer.PassedAt is not null)),
                    .. OperationOutput.Part("at", answer.PassedAt is { } at ? Elements.Instant(at) : null),
                ]);
        }

        return FhirResult.Of(output);
    }
}
