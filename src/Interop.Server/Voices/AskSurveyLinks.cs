using Hl7.Fhir.Model;
using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Voices;

/// <summary>
/// <c>Questionnaire/[id]/$survey-links</c>: <c>count</c> links to an anonymous survey, good until the end of the day <c>expires</c>. Each
/// is told this once; who hands them out should not note to whom.
/// </summary>
internal static class AskSurveyLinks
{
    public static void Map(FhirRoutes fhir) =>
        fhir.Post("/Questionnaire/{id}/$survey-links", FhirInteraction.Operation, HandleAsync);

    private static async System.Threading.Tasks.Task<IResult> HandleAsync(
        string id, Caller caller, HttpRequest request, Surveys surveys, InteropSettings settings, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);
        var input = (await OperationInput.ReadAsync(request, cancellationToken)).Allow("count", "expires");
        input.Require("count");
        if (input.Number("count") is not (>= 1 and <= Surveys.MostLinks and var count))
        {
            throw new FhirException(
                IssueCode.Value,
                $"The parameter count is a number from 1 to {Surveys.MostLinks}.",
                "Parameters.parameter.where(name='count')");
        }

        if (Survey.Of(FhirRequest.Key("Questionnaire", id).Id) is not { } survey)
        {
            throw new FhirException(
                IssueCode.NotSupported, $"Links are made for {string.Join(" and ", Survey.All.Select(known => known.Name))}.");
        }

        var (codes, until) = await surveys.MakeAsync(caller, survey, count, input["expires"], cancellationToken);
        var page = settings.Pages is null ? null : $"{new Uri(settings.PublicUrl).GetLeftPart(UriPartial.Authority)}/app/voice";
        var output = new OperationOutput().Add("expires", new Date(until.Year, until.Month, until.Day));
        foreach (var code in codes)
        {
            output.Add(
                "link",
                [
                    .. OperationOutput.Part("code", new FhirString(code)),
                    .. OperationOutput.Part("url", page is null ? null : new FhirUrl($"{page}/{code}")),
                ]);
        }

        return FhirResult.Of(output);
    }
}
