using Interop.Server.Http;
using Interop.Server.Operations;
using Interop.Server.Routing;
using Interop.Server.Security;

namespace Interop.Server.Summary;

/// <summary>
/// <c>POST /fhir/Patient/$crisis-summary</c>: what an officer on scene may learn of a person, as a document Bundle of fixed shape and
/// size, whether or not the person agreed to anything. In: Parameters with <c>incident</c>, <c>officer</c>, and at least two of
/// <c>family</c>, <c>given</c>, <c>birthDate</c>, <c>phone</c>, <c>identifier</c>; where somebody's life is in danger also <c>basis</c>,
/// <c>justification</c> and <c>supervisor</c> (<see cref="ThreatClaim"/>).
/// </summary>
internal static class CrisisSummary
{
    public const string Scope = "crisis-summary";

    private static readonly string[] Required = ["incident", "officer"];

    public static void Map(FhirRoutes fhir) => fhir.Post("/Patient/$crisis-summary", FhirInteraction.Operation, HandleAsync);

    private static async Task<IResult> HandleAsync(
        Caller caller, HttpRequest request, CrisisSummaries summaries, CancellationToken cancellationToken)
    {
        FhirRequest.RequireJson(request);

        // In the body alone: addresses are written down in more places than this server knows.
        FhirRequest.RefuseParameters(request.Query.Keys);
        var question = Question(await OperationInput.ReadAsync(request, cancellationToken));
        var summary = await summaries.AnswerAsync(caller, question, cancellationToken);
        return summary is null
            ? FhirResult.Problem(IssueCode.Forbidden, "No open incident with this number is assigned to this agency.")
            : FhirResult.Of(summary);
    }

    private static SummaryQuestion Question(OperationInput input)
    {
        var values = input.Allow([.. Required, .. SummaryQuestion.PersonIdentifiers, .. ThreatClaim.Names]).Values;
        if (Required.FirstOrDefault(name => !values.ContainsKey(name)) is { } name)
        {
            throw new FhirException(IssueCode.Required, $"The parameter {name} is missing.", $"Parameters.parameter.where(name='{name}')");
        }

        var person = SummaryQuestion.PersonIdentifiers.Where(values.ContainsKey).ToDictionary(name => name, name => values[name]);
        return person.Count >= 2
            ? new(values["incident"], values["officer"], person, ThreatClaim.Read(values))
            : throw new FhirException(
                IssueCode.Required,
                $"Two of {string.Join(", ", SummaryQuestion.PersonIdentifiers)} are needed to name the person.",
                "Parameters.parameter");
    }
}

/// <param name="Incident">The incident's number or URN, as dispatch gave it.</param>
/// <param name="Officer">Who asks; for the audit trail.</param>
/// <param name="Person">At least two of <see cref="PersonIdentifiers"/>.</param>
/// <param name="Threat">Why more than what the person shares is needed; null where it is not.</param>
internal sealed record SummaryQuestion(
    string Incident, string Officer, IReadOnlyDictionary<string, string> Person, ThreatClaim? Threat)
{
    public static readonly string[] PersonIdentifiers = ["family", "given", "birthDate", "phone", "identifier"];
}
