using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;

namespace Interop.Server.Voices;

/// <summary>
/// <c>QuestionnaireResponse/$answer-survey</c>: a <c>code</c> and the <c>response</c> that it is good for, once.
/// </summary>
internal static class AnswerSurvey
{
    private const string Response = "response";

    public static void Map(FhirRoutes fhir) => fhir.PostPublic("/QuestionnaireResponse/$answer-survey", HandleAsync);

    private static async Task<IResult> HandleAsync(HttpRequest request, Surveys surveys, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("code", Response);
        var code = input.Require("code");
        if (!input.Resources.TryGetValue(Response, out var response))
        {
            throw new FhirException(IssueCode.Required, $"The parameter {Response} is missing: a QuestionnaireResponse.");
        }

        return await surveys.AnswerAsync(code, response, cancellationToken)
            ? FhirResult.Checked([new(IssueSeverity.Information, "informational", "The answer is kept, without a name.", null)])
            : OpenSurvey.Closed;
    }
}
