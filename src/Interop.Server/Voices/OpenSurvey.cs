using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;

namespace Interop.Server.Voices;

/// <summary>
/// <c>Questionnaire/$open-survey</c>: the Questionnaire that a <c>code</c> opens, in a <c>language</c> (<c>en</c>, <c>es</c>). The code is
/// the permission: a token is not needed, and not looked at.
/// </summary>
internal static class OpenSurvey
{
    private static readonly string[] Languages = ["en", "es"];

    public static void Map(FhirRoutes fhir) => fhir.PostPublic("/Questionnaire/$open-survey", HandleAsync);

    /// <summary>What was used, has ended or never was is the same.</summary>
    public static FhirResult Closed =>
        FhirResult.Problem(IssueCode.NotFound, "This link opens nothing: it was used, has ended, or never was one.");

    private static async Task<IResult> HandleAsync(HttpRequest request, Surveys surveys, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("code", "language");
        var (code, language) = (input.Require("code"), input["language"] ?? Languages[0]);
        if (!Languages.Contains(language))
        {
            throw new FhirException(
                IssueCode.Value,
                $"The parameter language is one of {string.Join(", ", Languages)}.",
                "Parameters.parameter.where(name='language')");
        }

        return await surveys.OpenAsync(code, language, cancellationToken) is { } form ? FhirResult.Ok(form) : Closed;
    }
}
